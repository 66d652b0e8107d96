import { availableParallelism } from 'node:os';
import type { Fault } from './fault.ts';
import { inOrder } from './in-order.ts';
import { judge, notCovered, unknown, type Frame, type Row } from './judge.ts';
import { onStage, type Size } from './stage.ts';

/** What a drill is played with. */
export interface RunOptions {
  readonly seed: number;
  readonly size: Size;
  readonly durationMs: number | null;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** A row that has not begun by then is left out, so that `--quick` keeps its word on a slow machine too. */
const QUICK_MS = 75_000;
const LIMIT_MS = 180_000;
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()));

/** Plays the faults, several at once where they bear it, and yields their rows in order. @throws the signal's reason */
export async function* run(faults: readonly Fault[], options: RunOptions): AsyncGenerator<Row> {
  const began = performance.now();
  const late = (): boolean => options.size === 'quick' && performance.now() - began > QUICK_MS;
  const play = (fault: Fault): Promise<Row> => playOne(fault, options, late());
  for (const group of groupsOf(faults)) {
    yield* inOrder(group, group[0]?.alone === true ? 1 : AT_ONCE, play);
  }
}

/** Neighbours that bear company, and those that do not, in their order. */
function groupsOf(faults: readonly Fault[]): readonly (readonly Fault[])[] {
  const groups: Fault[][] = [];
  for (const fault of faults) {
    const last = groups.at(-1);
    if (last === undefined || (last[0]?.alone ?? false) !== (fault.alone ?? false)) groups.push([fault]);
    else last.push(fault);
  }
  return groups;
}

async function playOne(fault: Fault, options: RunOptions, late: boolean): Promise<Row> {
  const began = performance.now();
  const startedAt = Date.now();
  const frame = (): Frame => ({
    startedAt,
    tookMs: Math.round(performance.now() - began),
    replay: replayOf(fault, options),
  });
  const missing = late ? 'more time than --quick has' : (fault.missing?.() ?? null);
  if (missing !== null) return notCovered(fault, missing, frame());
  const { limitMs: told = LIMIT_MS } = fault;
  const limitMs = typeof told === 'number' ? told : told(options.durationMs);
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([options.signal, limit]);
  try {
    const say = (text: string): void => options.say(`${fault.name}: ${text}`);
    const played = await onStage({ ...options, signal, say }, (stage) => endBy(signal, fault.play(stage)));
    return judge(fault, played, frame());
  } catch (error) {
    options.signal.throwIfAborted();
    const why = limit.aborted ? `it did not end within ${String(limitMs / 1000)} s` : textOf(error);
    return unknown(fault, `the drill could not play it: ${why}`, frame());
  }
}

/** A play that does not look at its signal is left behind; what it started ends with its stage. */
function endBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  work.catch(() => undefined);
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', end));
}

function replayOf({ name }: Fault, { seed, size, durationMs }: RunOptions): string {
  const duration = durationMs === null ? '' : ` --duration ${String(Math.ceil(durationMs / 1_000))}s`;
  return `holdfast drill ${size === 'full' ? '--full ' : ''}--only '${name}' --seed ${String(seed)}${duration}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
