import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { competitors } from '../../harvest/paths.ts';
import { MEMORY_BOUND, type Manager, type Order } from './port.ts';

const PM2 = join(competitors, 'pm2/bin/pm2');

/** pm2 from npm, with a daemon of its own per program. */
export const pm2: Manager = {
  name: 'pm2',
  missing: () => (existsSync(PM2) ? null : 'npm ci --prefix bench'),
  start: async (order) => {
    tell(order, 'start', order.program, '--name', 'program', '--max-memory-restart', String(MEMORY_BOUND));
    tell(order, 'save');
    return Promise.resolve({
      state: async () => {
        const list = tell(order, 'jlist');
        const [app] = JSON.parse(list.slice(list.indexOf('['))) as readonly {
          pm2_env: { status: string; restart_time: number };
        }[];
        return Promise.resolve(
          app === undefined
            ? 'no program'
            : `${app.pm2_env.status}, ${String(app.pm2_env.restart_time)} restarts`,
        );
      },
      pid: () => pidOf(order),
      revive: async () => {
        tell(order, 'resurrect');
        return Promise.resolve();
      },
      stop: async () => {
        tell(order, 'kill');
        return Promise.resolve();
      },
    });
  },
};

/** Runs one command of pm2. @throws when it fails */
export function tell({ folder, env }: Order, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PM2, ...args], {
    encoding: 'utf8',
    env: { ...env, PM2_HOME: join(folder, 'pm2') },
  });
  if (status === 0) return stdout;
  throw new Error(`pm2 ${args.join(' ')} ended with ${String(status)}: ${stderr}${stdout}`);
}

/** The pid of pm2's daemon. */
export function pidOf({ folder }: Order): number | null {
  const file = join(folder, 'pm2/pm2.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : null;
}
