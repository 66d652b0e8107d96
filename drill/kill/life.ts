import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOf, type DrillEvent } from '../checker/events.ts';
import { ProductFailure } from '../product/product-failure.ts';
import { killGroup, startCommand, type Running } from '../product/run-command.ts';
import type { Home } from './home.ts';
import { PHASES } from './plan.ts';
import type { LifePlan, Phase, Target } from './plan.ts';

/** One kill that was. */
export interface Kill {
  readonly target: Target;
  /** The step that the engine had entered last when it died. */
  readonly phase: Phase;
  /** Wall ms by which it was dead. */
  readonly at: number;
}

/** How the life of one parent went. */
export interface Life {
  readonly kills: readonly Kill[];
  /** The harvest was complete before the last planned kill came: there was nothing left to be killed at. */
  readonly caughtUp: boolean;
}

const PRELOAD = new URL(import.meta.url.endsWith('.ts') ? './preload.ts' : './preload.js', import.meta.url);
const LONGEST_LIFE_MS = 60_000;

/**
 * Starts a fresh parent that is killed as planned, and waits for its end.
 * @throws when neither the kills nor the end of the harvest come, or when it ends in any other way
 */
export async function live(home: Home, plan: LifePlan, name: string): Promise<Life> {
  const log = join(home.folder, `${name}.log`);
  appendFileSync(log, '');
  const running = startCommand([...home.config, 'run'], {
    group: true,
    signal: home.signal,
    env: {
      ...home.env,
      DRILL_KILL_LOG: log,
      DRILL_KILL_PLAN: JSON.stringify(plan),
      NODE_OPTIONS: `--import=${PRELOAD.href}`,
    },
  });
  const idle = stopWhenIdle(running);
  const timer = setTimeout(() => killGroup(running.pid), LONGEST_LIFE_MS);
  const { code, signal, stdout, stderr } = await running.ended;
  clearTimeout(timer);
  const events = eventsOf(stdout);
  const died = diedEngines(log);
  const kills = events
    .filter((event) => event.kind === 'engine-exited' && event.signal === 'SIGKILL')
    .map(({ at }, index): Kill => ({ target: 'engine', phase: died[index] ?? 'start', at }));
  if (idle() && code === 0) return { kills, caughtUp: true };
  if (signal !== 'SIGKILL' || kills.length !== plan.length - 1 || died.length !== plan.length)
    throw new ProductFailure(
      `a run of the plan ${JSON.stringify(plan)} ended with ${signal ?? code} after ${died.length} engines:\n${stderr}${stdout.slice(-1500)}`,
    );
  return {
    kills: [...kills, { target: 'tree', phase: died.at(-1) ?? 'start', at: Date.now() }],
    caughtUp: false,
  };
}

/** Ends a run gracefully as soon as it waits for its next poll. */
function stopWhenIdle(running: Running): () => boolean {
  let idle = false;
  running.child.stdout?.on('data', () => {
    if (idle || !eventsOf(running.printed()).some(isCaughtUp)) return;
    idle = true;
    running.child.kill('SIGTERM');
  });
  return () => idle;
}

function isCaughtUp({ kind, state }: DrillEvent): boolean {
  return kind === 'state' && state === 'ok';
}

/** The last step of each engine that wrote down any, in the order of their starts. */
function diedEngines(log: string): readonly Phase[] {
  const last = new Map<string, Phase>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [pid = '', phase = ''] = line.split(' ');
    const known = PHASES.find((each) => each === phase);
    if (known !== undefined) last.set(pid, known);
  }
  return [...last.values()];
}
