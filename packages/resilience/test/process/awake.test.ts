import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { canMockLogind, startMockedLogind } from './awake/mocked-logind.ts';
import type { MockedLogind } from './awake/mocked-logind.ts';
import { runs, startHolder } from './awake/start-holder.ts';
import type { Holder } from './awake/start-holder.ts';

const soon = { timeout: 10_000, interval: 20 };

describe.skipIf(!covered('mocked logind', canMockLogind()))('with systemd-inhibit and a logind', () => {
  let logind: MockedLogind;
  const started: Holder[] = [];
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Holder => {
    const holder = startHolder(args, { env: { ...logind.env, ...env } });
    started.push(holder);
    return holder;
  };

  beforeAll(async () => {
    logind = await startMockedLogind();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((holder) => holder.kill()));
    await vi.waitFor(() => expect(logind.locks()).toEqual([]), soon);
  });
  afterAll(async () => await logind.stop());

  test('each lock is taken and listed, and given back on request', async () => {
    const holder = start(['keep']);
    expect(await holder.heard('ready')).toMatchObject({
      level: 'prevented',
      held: ['sleep', 'idle', 'handle-lid-switch'].map((what) => ({ what, proof: 'listed' })),
      missing: [],
    });
    const lines = logind.locks().map((line) => line.split(/\s+/));
    expect(
      lines.map((words) => `${words[0]} ${words.slice(5, 9).join(' ')}`.replace(/\[.*/, '[')).sort(),
    ).toEqual(['holdfast handle-lid-switch a test [', 'holdfast idle a test [', 'holdfast sleep a test [']);
    expect(lines.every((words) => words.at(-1) === 'block')).toBe(true);
    expect(await holder.stop()).toBe(0);
    expect(logind.locks()).toEqual([]);
  });

  test.each(['keep', 'sleep'])(
    'when the process that did %s is killed, no lock and no child of it is left',
    async (mode) => {
      const holder = start([mode, '0']);
      await holder.heard('ready');
      const children = holder.children();
      expect(children.length).toBeGreaterThan(3);
      expect(logind.locks().length).toBeGreaterThan(0);
      await holder.kill();
      await vi.waitFor(() => {
        expect(logind.locks()).toEqual([]);
        expect(children.filter(runs)).toEqual([]);
      }, soon);
    },
  );

  test.each(['gdbus', 'dbus-monitor'])(
    'sleep announced by %s is flushed for before the lock is released; the wake is told and the lock taken again',
    async (listener) => {
      const bin = only('sh', 'cat', 'systemd-inhibit', listener);
      try {
        const holder = start(['sleep', '500'], { PATH: bin });
        expect(await holder.heard('ready')).toEqual({
          level: 'logind',
          listener,
          isDelaying: true,
          missing: [],
        });
        expect(logind.locks().join()).toMatch(/sleep .* delay$/);
        logind.prepareForSleep(true);
        expect(await holder.heard('flush ends')).toMatch(/sleep .* delay\n$/);
        await vi.waitFor(() => expect(logind.locks()).toEqual([]), soon);
        logind.prepareForSleep(false);
        expect(await holder.heard('wake')).toEqual({ at: expect.any(Number), sleptMs: expect.any(Number) });
        await vi.waitFor(() => expect(logind.locks()).toHaveLength(1), soon);
        expect(await holder.stop()).toBe(0);
        expect(holder.told.map(({ event }) => event)).toEqual([
          'ready',
          'flush begins',
          'flush ends',
          'wake',
          'stopped',
        ]);
        expect(logind.locks()).toEqual([]);
      } finally {
        rmSync(bin, { recursive: true });
      }
    },
  );

  test('a flush that hangs gives the machine up within the 5 s that logind waits', async () => {
    const holder = start(['sleep', '600000']);
    await holder.heard('ready');
    logind.prepareForSleep(true);
    await holder.heard('flush begins');
    expect(logind.locks()).toHaveLength(1);
    await vi.waitFor(() => expect(logind.locks()).toEqual([]), soon);
    expect(holder.told.map(({ event }) => event)).toEqual(['ready', 'flush begins']);
  });
});

/** A folder that has these programs and no other, to be a PATH. */
function only(...programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bin-'));
  for (const name of programs) {
    const found = execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim();
    symlinkSync(found, join(folder, name));
  }
  expect(folder).not.toContain(delimiter);
  return folder;
}
