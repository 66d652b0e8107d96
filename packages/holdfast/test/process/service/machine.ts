import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@holdfast/resilience/clock';
import { resolveConfig } from '../../../src/config/index.ts';
import { systemRun } from '../../../src/service/index.ts';
import type { ServiceSetup } from '../../../src/service/index.ts';

const fake = fileURLToPath(new URL('fake-tool.sh', import.meta.url));

/** A machine of which only the files are real: its tools record how they are called and answer as they are told. */
export interface Machine {
  readonly folder: string;
  readonly setup: ServiceSetup;
  /** Lines `code|text` that a tool answers with, by `tool.word`, one a call; the last one stays. */
  reply(to: string, ...lines: readonly string[]): void;
  /** What was called since the last time, as typed. */
  calls(): string[];
  remove(): void;
}

/** What the tools of a machine say when all is well. */
const WELL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linux: {
    'loginctl.show-user': '0|no',
    'systemctl.show': '0|LoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nMainPID=4121',
    'systemctl.': '0|systemd 252 (252.39-1~deb12u2)',
  },
  darwin: { 'launchctl.print': '0|\\tstate = running\\n\\tpid = 4121', 'launchctl.print-disabled': '0|' },
  win32: { 'powershell.[string](Get-ScheduledTask': '0|Running' },
};

export function makeMachine(platform: 'linux' | 'darwin' | 'win32'): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-machine-'));
  const at = (...names: string[]): string => join(folder, ...names);
  for (const name of ['tools', 'replies', 'home', 'lib/node_modules/holdfast/dist/daemon'])
    mkdirSync(at(name), { recursive: true });
  for (const name of ['systemctl', 'loginctl', 'launchctl', 'schtasks', 'powershell']) {
    copyFileSync(fake, at('tools', name));
    chmodSync(at('tools', name), 0o755);
  }
  const root = at('lib/node_modules/holdfast');
  writeFileSync(
    join(root, 'package.json'),
    '{"name":"holdfast","version":"1.0.0","engines":{"node":">=24.15"}}',
  );
  writeFileSync(join(root, 'dist/daemon/supervise.cjs'), '');
  const calls = at('calls');
  const env = {
    PATH: `${at('tools')}:/usr/bin:/bin`,
    FAKE_CALLS: calls,
    FAKE_REPLIES: at('replies'),
    HOLDFAST_DATA_DIR: at('data'),
    HOLDFAST_STATE_DIR: at('state'),
  };
  const home = at('home');
  const reply: Machine['reply'] = (to, ...lines) =>
    writeFileSync(at('replies', to), lines.map((line) => `${line}\n`).join(''));
  for (const [to, line] of Object.entries(WELL[platform] ?? {})) reply(to, line);
  return {
    folder,
    setup: {
      world: {
        platform,
        release: '10.0.22631',
        env,
        uid: 501,
        account: { name: 'ada', uid: 501, gid: 20, home },
        clock: patientClock(),
        run: systemRun(env),
        exists: (path) => path === '/run/systemd/system',
      },
      folders: { config: at('home/.config/holdfast'), data: at('user-data'), state: at('state') },
      resolved: resolveConfig({ cwd: home, platform: 'linux', home, env, flags: {} }),
      root,
      execPath: process.execPath,
      version: '1.0.0',
      looks: { links: [process.execPath] },
    },
    reply,
    calls: () => {
      if (!existsSync(calls)) return [];
      const lines = readFileSync(calls, 'utf8')
        .trim()
        .replaceAll('\u001f', ' ')
        .replaceAll(folder, '<>')
        .split('\n');
      rmSync(calls);
      return lines;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** A clock whose sleeps are over at once. */
function patientClock(): VirtualClock {
  const clock = new VirtualClock();
  const sleep = clock.sleep.bind(clock);
  clock.sleep = (ms, options) => {
    const slept = sleep(ms, options);
    void clock.advance(ms);
    return slept;
  };
  return clock;
}
