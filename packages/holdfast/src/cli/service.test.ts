import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from './io.ts';
import { runCommandLine } from './main.ts';
import { accountFor } from './service/account.ts';
import { testIo } from './testing/test-io.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-service-'));
  mkdirSync(join(folder, 'home'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function service(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = testIo({ cwd: join(folder, 'home'), env: { PATH: '/usr/bin:/bin' } });
  const code = await runCommandLine(['service', ...args], io);
  return { code, out: io.out.text, err: io.err.text };
}

const linux = process.platform === 'linux';

describe.skipIf(!linux)('service install --dry-run', () => {
  it('shows the file and the commands, and changes nothing', async () => {
    const { code, out } = await service('install', '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain(`Writes ${join(folder, 'home/.config/systemd/user/holdfast.service')}:\n`);
    expect(out).toMatch(/^ {2}ExecStart=".*node" .*"--jitless" .*\/dist\/daemon\/supervise\.cjs"$/m);
    expect(out).toMatch(/^ {2}systemctl --user enable holdfast\.service$/m);
    expect(readdirSync(join(folder, 'home'))).toEqual([]);
  });

  it('--system shows a unit of the machine that runs as the user', async () => {
    const { code, out } = await service('install', '--dry-run', '--system');
    expect(code).toBe(0);
    expect(out).toContain('Writes /etc/systemd/system/holdfast.service:\n');
    expect(out).toMatch(/^ {2}User=.+$/m);
    expect(out).not.toContain('linger');
  });

  it('--json prints one object, with the configuration that was found', async () => {
    writeFileSync(join(folder, 'home/holdfast.config.json'), '{}');
    const { code, out } = await service('install', '--dry-run', '--json');
    expect(code).toBe(0);
    const plan = JSON.parse(out) as { files: { path: string; content: string }[]; commands: string[] };
    expect(plan).toMatchObject({ manager: 'systemd', scope: 'user' });
    expect(plan.files[0]?.content).toContain(
      `/dist/daemon/supervise.cjs" "--config" "${join(folder, 'home/holdfast.config.json')}"`,
    );
    expect(plan.commands.at(-1)).toBe('systemctl --user restart holdfast.service');
  });

  it('with a configuration that is wrong exits with 78', async () => {
    writeFileSync(join(folder, 'home/holdfast.config.json'), '{"sorces":[]}');
    expect((await service('install', '--dry-run')).code).toBe(78);
  });
});

describe.skipIf(!linux)('without a service', () => {
  it('status says how to install one and exits with 3', async () => {
    const { code, out } = await service('status');
    expect(code).toBe(3);
    expect(out).toMatch(
      /^No service is installed \(systemd, user: .*\nInstall one: holdfast service install\n$/,
    );
  });

  it('uninstall has nothing to do', async () => {
    expect(await service('uninstall')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to remove'),
    });
  });
});

it.each([
  [['instal'], 'Did you mean install?'],
  [['start'], 'Actions: install, uninstall, status.'],
  [[], "missing required argument 'action'"],
])('service %j exits with 2 and suggests', async (args, text) => {
  const { code, err } = await service(...args);
  expect(code).toBe(2);
  expect(err).toContain(text);
});

describe.skipIf(process.platform === 'win32')('with sudo', () => {
  const io = (env: Record<string, string>): Io => ({ ...testIo({ env, cwd: '/root' }), uid: 0 });
  const env = { SUDO_USER: 'ada', SUDO_UID: '1000', SUDO_GID: '1001' };
  const answer = (out: string) => () => Promise.resolve({ code: 0, out, err: '' });

  it('a service of the machine runs as whoever called sudo, from his home', async () => {
    const run = answer('ada:x:1000:1001:Ada,,,:/home/ada:/bin/bash\n');
    expect(await accountFor(io(env), 'system', run)).toEqual({
      name: 'ada',
      uid: 1000,
      gid: 1001,
      home: '/home/ada',
    });
  });

  it('on macOS his home is told by the directory service', async () => {
    const run = answer('NFSHomeDirectory: /Users/ada\n');
    const account = await accountFor({ ...io(env), platform: 'darwin' }, 'system', run);
    expect(account.home).toBe('/Users/ada');
  });

  it('a service of a user is refused: it would be one of root', async () => {
    await expect(accountFor(io(env), 'user', answer(''))).rejects.toMatchObject({
      code: 'ERR_SERVICE_SUDO',
      hint: expect.stringContaining('--system'),
    });
  });

  it('a home that cannot be found is told', async () => {
    await expect(accountFor(io(env), 'system', answer(''))).rejects.toThrow(/home of ada/);
  });
});
