import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPath } from '../control/control-path.ts';
import { listen, type Listener } from '../control/listen.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import { halt, type ServiceSetup } from '../service/index.ts';
import { managerOf } from '../service/setup.ts';
import { writeRecord } from '../service/record.ts';
import { runCommandLine } from './main.ts';
import { testIo, type TestIo } from './testing/test-io.ts';

let folder = '';
let io: TestIo;
let listener: Listener | undefined;
/** What the supervisor was asked and what its manager was told, in order. */
const calls = (): readonly string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hf-stop-'));
  mkdirSync(join(folder, 'tools'));
  for (const name of ['systemctl', 'launchctl', 'schtasks'])
    writeFileSync(join(folder, 'tools', name), `#!/bin/sh\necho ${name} "$@" >>${folder}/calls\n`, {
      mode: 0o755,
    });
  io = testIo({
    cwd: folder,
    env: {
      PATH: `${join(folder, 'tools')}:/usr/bin:/bin`,
      XDG_RUNTIME_DIR: folder,
      HOLDFAST_DATA_DIR: join(folder, 'data'),
      HOLDFAST_STATE_DIR: join(folder, 'state'),
    },
  });
});
afterEach(() => {
  listener?.close();
  rmSync(folder, { recursive: true });
});

async function supervisor(manager: SupervisorStatus['manager']): Promise<void> {
  const place = { dataDir: join(folder, 'data'), part: 'supervisor' } as const;
  const answer = (verb: string): Promise<object> => {
    if (verb === 'stop') {
      writeFileSync(join(folder, 'calls'), 'asked to stop\n', { flag: 'a' });
      listener?.close();
    }
    return Promise.resolve({ manager, pid: 4321, dataDir: place.dataDir });
  };
  listener = await listen(controlPath({ ...io, ...place }), io.uid, answer);
}

function installed(dataDir = join(folder, 'data')): void {
  mkdirSync(join(folder, 'state'));
  writeRecord(join(folder, 'state'), {
    format: 1,
    complete: true,
    installedAt: '2026-01-01T00:00:00.000Z',
    version: '1.0.0',
    manager: 'systemd',
    scope: 'user',
    user: 'ada',
    dataDir,
    config: null,
    node: '/node',
    script: '/holdfast.js',
    copy: null,
    files: [],
    traces: [],
    linger: null,
    commands: [],
  });
}

describe.skipIf(process.platform !== 'linux')('stop', () => {
  it('of a supervisor that nobody brings back, or a container that sees how it ends, asks it to end', async () => {
    for (const manager of [null, 'container'] as const) {
      await supervisor(manager);
      expect(await runCommandLine(['stop'], io)).toBe(0);
    }
    expect(calls()).toEqual(['asked to stop', 'asked to stop']);
  });

  it('of a service tells its manager first, and how it is started again', async () => {
    await supervisor('systemd');
    installed();
    expect(await runCommandLine(['stop'], io)).toBe(0);
    expect(calls()).toEqual(['systemctl --user stop holdfast.service', 'asked to stop']);
    expect(io.out.text).toContain('systemctl --user start holdfast.service');
  });

  it('of a service that we did not install ends nothing and says who can', async () => {
    await supervisor('systemd');
    installed(join(folder, 'another'));
    expect(await runCommandLine(['stop'], io)).toBe(1);
    expect(io.err.text).toContain('systemd (process 4321), which would bring it back');
    expect(io.err.text).toContain('systemctl status 4321');
    expect(existsSync(join(folder, 'calls'))).toBe(false);
  });

  it('exits with 3 when nothing runs', async () => {
    expect(await runCommandLine(['stop'], io)).toBe(3);
  });
});

describe('the end of a service', () => {
  const setupOn = (platform: NodeJS.Platform, uid: number | undefined, told: string[]): ServiceSetup => ({
    world: {
      platform,
      release: '10.0.22631',
      env: {},
      uid,
      account: { name: 'ada', uid: 501, gid: 20, home: '/home/ada' },
      clock: new VirtualClock(),
      exists: () => true,
      run: (argv) => {
        told.push(argv.join(' '));
        return Promise.resolve({ code: argv[1] === 'print' ? 113 : 0, out: '', err: '' });
      },
    },
    folders: { config: '/home/ada/.config/holdfast', data: '/data', state: '/state' },
    resolved: { config: {} } as ServiceSetup['resolved'],
    root: '/',
    execPath: '/node',
    version: '1.0.0',
  });

  it.each([
    ['darwin', ['launchctl bootout gui/501/local.holdfast', 'launchctl print gui/501/local.holdfast']],
    ['win32', ['schtasks /Change /TN Holdfast /DISABLE']],
  ] as const)('on %s keeps it from being started anew', async (platform, commands) => {
    const told: string[] = [];
    const setup = setupOn(platform, platform === 'win32' ? undefined : 501, told);
    await halt(setup, { manager: managerOf(setup, 'user'), scope: 'user', start: [] });
    expect(told).toEqual(commands);
  });

  it('takes root for a service of the machine, and names the command', async () => {
    const told: string[] = [];
    const setup = setupOn('linux', 501, told);
    await expect(
      halt(setup, { manager: managerOf(setup, 'system'), scope: 'system', start: [] }),
    ).rejects.toMatchObject({ code: 'ERR_MANAGED', hint: 'Run: sudo systemctl stop holdfast.service' });
    expect(told).toEqual([]);
  });
});
