import { availableParallelism } from 'node:os';
import type { Fault } from './fault.ts';
import { inOrder } from './in-order.ts';
import { failed, judge, notCovered, unknown, type Frame, type Row } from './judge.ts';
import { ProductFailure } from './product/product-failure.ts';
import { onStage, type Size } from './stage.ts';

/** What a drill is played with. */
export interface RunOptions {
  readonly seed: number;
  readonly size: Size;
  readonly durationMs: number | null;
  readonly signal: AbortSignal;
  /** It keeps the word of `--quick`, whatever the machine: what does not fit is left out, and told. */
  readonly isBounded: boolean;
  /** Told of each row as it begins, as it speaks, and as it ends: rows come out in order, but not one by one. */
  readonly onBegin?: (fault: Fault) => void;
  readonly onSay?: (fault: Fault, text: string) => void;
  readonly onEnd?: (row: Row) => void;
}

/** With a bound, a row that has not begun by then is left out ... */
const QUICK_MS = 65_000;
/** ... and one that still runs then is ended. */
const QUICK_END_MS = 87_000;
const LIMIT_MS = 180_000;
/** What a row that did not fit needs. */
export const MORE_TIME = 'more time than --quick has';
/** Rows wait more than they work. */
const AT_ONCE = Math.max(3, Math.min(6, availableParallelism() + 1));

/** Plays the faults, several at once where they bear it, and yields their rows in order. @throws the signal's reason */
export async function* run(faults: readonly Fault[], options: RunOptions): AsyncGenerator<Row> {
  const began = performance.now();
  const spent = (): number => (options.isBounded ? performance.now() - began : -Infinity);
  const play = async (fault: Fault): Promise<Row> => {
    options.signal.throwIfAborted();
    options.onBegin?.(fault);
    const row = await playOne(fault, options, {
      isLate: spent() > QUICK_MS,
      leftMs: Math.round(QUICK_END_MS - spent()),
    });
    options.onEnd?.(row);
    return row;
  };
  for (const group of groupsOf(faults, options.size)) {
    yield* inOrder(group.faults, group.atOnce, play);
  }
}

/** Rows that are played in company of one another, and how many at once. */
interface Group {
  readonly faults: Fault[];
  readonly atOnce: number;
}

/** Neighbours that bear company, and those that do not, in their order; what lasts seconds bears company always. */
function groupsOf(faults: readonly Fault[], size: Size): readonly Group[] {
  const groups: Group[] = [];
  for (const fault of faults) {
    const atOnce = fault.alone === true && size === 'full' ? 1 : AT_ONCE;
    const last = groups.at(-1);
    if (last === undefined || last.atOnce !== atOnce) groups.push({ faults: [fault], atOnce });
    else last.faults.push(fault);
  }
  return groups;
}

async function playOne(
  fault: Fault,
  options: RunOptions,
  { isLate, leftMs }: { readonly isLate: boolean; readonly leftMs: number },
): Promise<Row> {
  const began = performance.now();
  const startedAt = Date.now();
  const frame = (): Frame => ({
    startedAt,
    tookMs: Math.round(performance.now() - began),
    replay: replayOf(fault, options),
  });
  const missing = isLate ? MORE_TIME : (fault.missing?.() ?? null);
  if (missing !== null) return notCovered(fault, missing, frame());
  const { limitMs: told = LIMIT_MS } = fault;
  const limitMs = Math.min(leftMs, typeof told === 'number' ? told : told(options.durationMs));
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([options.signal, limit]);
  try {
    const say = (text: string): void => options.onSay?.(fault, text);
    const { seed, size, durationMs } = options;
    const stage = { seed, size, durationMs, signal, say };
    const played = await onStage(stage, (each) => endBy(signal, fault.play(each)));
    return judge(fault, played, frame());
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ProductFailure) return failed(fault, error.message, frame());
    const why = limit.aborted
      ? `it did not end within ${String(Math.round(limitMs / 1000))} s`
      : textOf(error);
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

/** The one command that plays it again; in double quotes, since a shell of Windows knows no others. */
function replayOf({ name }: Fault, { seed, size, durationMs }: RunOptions): string {
  const duration = durationMs === null ? '' : ` --duration ${String(Math.ceil(durationMs / 1_000))}s`;
  return `holdfast drill ${size === 'full' ? '--full ' : ''}--only "${name}" --seed ${String(seed)}${duration}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
