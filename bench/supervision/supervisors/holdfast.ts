import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { supervisor as program } from '../../harvest/paths.ts';
import { MEMORY_BOUND, SILENCE_MS, type Guarded, type Manager, type Order } from './port.ts';

/** What the bench reads of the supervisor's answer to `status`. */
export interface SupervisorAnswer {
  readonly children: readonly {
    readonly mode: string;
    readonly nextStartAt: number | null;
    readonly restarts: Readonly<Record<string, number>>;
  }[];
}

/** The options of Node under which services start it. */
const SMALL = ['--max-semi-space-size=1', '--jitless'];

/** Our supervisor, started with a plan of its own. */
export const ours: Manager = {
  name: 'holdfast',
  missing: () => null,
  start: async (order) => {
    const control = join(order.folder, 's.sock');
    const file = writePlan(order, control, {});
    let supervisor = await launch(file, order);
    const guarded: Guarded = {
      state: async () => {
        const { children } = await ask(control, 'status');
        const [child] = children;
        const next = child?.nextStartAt ?? null;
        return `${child?.mode ?? '?'}${next === null ? '' : `, next start in ${String(Math.round((next - Date.now()) / 1000))} s`}`;
      },
      pid: () => supervisor.pid ?? null,
      revive: async () => {
        supervisor = await launch(file, order);
      },
      stop: () => ended(supervisor, 'SIGTERM'),
    };
    return guarded;
  },
};

/** Writes a plan with one program. `restart` replaces times of the policy. */
export function writePlan(
  { program, folder }: Order,
  control: string,
  restart: Readonly<Record<string, number>>,
): string {
  const file = join(folder, 'plan.json');
  const child = { name: 'program', file: program, watchdogMs: SILENCE_MS, maxMemory: MEMORY_BOUND };
  const plan = {
    version: 'bench',
    dataDir: folder,
    control,
    registry: join(folder, 'registered.json'),
    restart,
    children: [child],
  };
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

/** Starts the supervisor process and waits until it answers. */
export async function launch(plan: string, { folder, env }: Order): Promise<ChildProcess> {
  const log = openSync(join(folder, 'holdfast.log'), 'a');
  const supervisor = spawn(process.execPath, [...SMALL, program, '--plan', plan], {
    stdio: ['ignore', log, log],
    env,
  });
  const control = join(folder, 's.sock');
  for (let tries = 0; tries < 100; tries += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    if (
      await ask(control, 'status').then(
        () => true,
        () => false,
      )
    )
      return supervisor;
  }
  throw new Error(`the supervisor did not answer: see ${join(folder, 'holdfast.log')}`);
}

/** Asks the supervisor over its control address. */
export function ask(control: string, verb: string): Promise<SupervisorAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(control);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ verb, args: {} })}\n`));
    socket.on('data', (piece: string) => (text += piece));
    socket.on('error', reject);
    socket.on('close', () => {
      if (text === '') reject(new Error('no answer'));
      else resolve((JSON.parse(text) as { result: SupervisorAnswer }).result);
    });
  });
}

/** Ends a process and waits until it is gone. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
