import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, systemClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostSupervisor } from './host.ts';
import type { RunEvent } from './supervisor-event.ts';
import { ENGINE } from './testing/supervisor-world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-host-'));
  chmodSync(folder, 0o700);
});
afterEach(() => rmSync(folder, { recursive: true }));

it.skipIf(process.platform === 'win32')(
  'a harvest goes on when the list of supervisors cannot be written: its disk may be full',
  async () => {
    writeFileSync(join(folder, 'state'), 'no folder');
    const events: RunEvent[] = [];
    const hosted = await hostSupervisor({
      plan: {
        version: '1.0.0',
        dataDir: join(folder, 'data'),
        control: join(folder, 's.sock'),
        registry: join(folder, 'state', 'running.json'),
        flags: {},
        log: null,
        children: [ENGINE],
      },
      replan: () => Promise.reject(new Error('not asked for')),
      manager: null,
      startChild: () => ({ pid: process.pid, send: () => undefined, kill: () => undefined }),
      clock: systemClock,
      random: seededRandom(1),
      uid: process.getuid?.(),
      deadlineMs: null,
      lateExitCode: 0,
      patient: true,
      restart: true,
      onEvent: (event) => events.push(event),
    });
    expect(events).toMatchObject([{ kind: 'notice', code: 'NOT_LISTED' }, { kind: 'engine-started' }]);
    hosted.supervisor.force(0);
    expect(() => hosted.close()).not.toThrow();
  },
);
