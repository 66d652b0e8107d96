import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMORY_BOUND, SILENCE_MS, type Manager } from './port.ts';

/** A user's systemd with the settings that most units have, beside a watchdog. Runs inside the isolated manager only. */
export const systemd: Manager = {
  name: 'systemd',
  missing: () => (isolated() ? null : 'an isolated user manager (root, cgroups v1 with v2)'),
  start: async ({ program, env }) => {
    const folder = join(process.env['HOME'] ?? '', '.config/systemd/user');
    mkdirSync(folder, { recursive: true });
    const unit = `program-${String(Date.now())}.service`;
    writeFileSync(join(folder, unit), unitOf(program, env['BENCH_STARTS'] ?? ''));
    must('daemon-reload');
    must('start', '--no-block', unit);
    return Promise.resolve({
      state: async () => {
        const { stdout } = call('show', '-p', 'ActiveState', '-p', 'Result', '-p', 'NRestarts', unit);
        const found = Object.fromEntries(
          stdout
            .trim()
            .split('\n')
            .map((line) => line.split('=')),
        ) as Record<string, string>;
        return Promise.resolve(
          `${found['ActiveState'] ?? '?'} (${found['Result'] ?? '?'}), ${found['NRestarts'] ?? '?'} restarts`,
        );
      },
      pid: () => null,
      revive: () => Promise.reject(new Error('only process 1 brings a user manager back')),
      stop: async () => {
        call('kill', '--signal=KILL', unit);
        call('stop', unit);
        call('reset-failed', unit);
        return Promise.resolve();
      },
    });
  },
};

function isolated(): boolean {
  return process.env['HOLDFAST_ISOLATED_HOME'] !== undefined && call('list-units').status === 0;
}

function unitOf(program: string, starts: string): string {
  return `[Service]
Type=simple
NotifyAccess=all
Environment=BENCH_STARTS=${starts} PATH=${process.env['PATH'] ?? ''}
ExecStart=${process.execPath} ${program}
WatchdogSec=${String(2 * (SILENCE_MS / 1000))}
Restart=always
MemoryMax=${String(MEMORY_BOUND)}
TimeoutStopSec=5
`;
}

function call(...args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync('systemctl', ['--user', ...args], { encoding: 'utf8' });
}

function must(...args: readonly string[]): void {
  const { status, stdout } = call(...args);
  if (status !== 0)
    throw new Error(`systemctl --user ${args.join(' ')} ended with ${String(status)}: ${stdout}`);
}
