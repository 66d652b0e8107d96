import { availableParallelism } from 'node:os';
import type { Fault, Played } from './fault.ts';
import { inOrder } from './in-order.ts';
import { failed, judge, notCovered, unknown, type Frame, type Row } from './judge.ts';
import { ProductFailure } from './product/product-failure.ts';
import { onStage, type Size, type Stage } from './stage.ts';

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
const QUICK_MS = 77_000;
/** ... and one that still runs then is ended. */
const QUICK_END_MS = 87_000;
const LIMIT_MS = 180_000;
/** What a row that did not fit needs. */
export const MORE_TIME = 'more time than --quick has';
/** Rows wait more than they work; with `--full` some of them work long. */
const AT_ONCE = {
  quick: Math.max(5, Math.min(8, 2 * availableParallelism())),
  full: Math.max(3, Math.min(6, availableParallelism() + 1)),
} as const;

/** Faults that are played as one. */
type Unit = readonly Fault[];

/** Plays the faults, several at once where they bear it, and yields their rows in order. @throws the signal's reason */
export async function* run(faults: readonly Fault[], options: RunOptions): AsyncGenerator<Row> {
  const began = performance.now();
  const spent = (): number => (options.isBounded ? performance.now() - began : -Infinity);
  const play = async (unit: Unit): Promise<readonly Row[]> => {
    options.signal.throwIfAborted();
    for (const fault of unit) options.onBegin?.(fault);
    const rows = await playUnit(unit, options, {
      isLate: spent() > QUICK_MS,
      leftMs: Math.round(QUICK_END_MS - spent()),
    });
    for (const row of rows) options.onEnd?.(row);
    return rows;
  };
  for (const { units, atOnce } of groupsOf(unitsOf(faults, options.size), options.size)) {
    for await (const rows of inOrder(units, atOnce, play)) yield* rows;
  }
}

/** Each fault alone; with `--quick`, those that are played together at the place of the first of them. */
function unitsOf(faults: readonly Fault[], size: Size): readonly Unit[] {
  if (size === 'full') return faults.map((fault) => [fault]);
  return [...Map.groupBy(faults, (fault) => fault.together ?? fault).values()];
}

/** Units that are played in company of one another, and how many at once. */
interface Group {
  readonly units: Unit[];
  readonly atOnce: number;
}

/** Neighbours that bear company, and those that do not, in their order; what lasts seconds bears company always. */
function groupsOf(units: readonly Unit[], size: Size): readonly Group[] {
  const groups: Group[] = [];
  for (const unit of units) {
    const isAlone = size === 'full' && unit.some(({ alone }) => alone === true);
    const atOnce = isAlone ? 1 : AT_ONCE[size];
    const last = groups.at(-1);
    if (last === undefined || last.atOnce !== atOnce) groups.push({ units: [unit], atOnce });
    else last.units.push(unit);
  }
  return groups;
}

async function playUnit(
  unit: Unit,
  options: RunOptions,
  { isLate, leftMs }: { readonly isLate: boolean; readonly leftMs: number },
): Promise<readonly Row[]> {
  const began = performance.now();
  const startedAt = Date.now();
  const frame = (fault: Fault): Frame => ({
    startedAt,
    tookMs: Math.round(performance.now() - began),
    replay: replayOf(fault, options),
  });
  const missing = isLate ? MORE_TIME : (unit.map((fault) => fault.missing?.() ?? null).find(Boolean) ?? null);
  if (missing !== null) return unit.map((fault) => notCovered(fault, missing, frame(fault)));
  const limitMs = Math.min(leftMs, ...unit.map((fault) => limitOf(fault, options)));
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([options.signal, limit]);
  try {
    const say = (text: string): void => unit.forEach((fault) => options.onSay?.(fault, text));
    const { seed, size, durationMs } = options;
    const stage = { seed, size, durationMs, signal, say };
    const played = await onStage(stage, (each) => endBy(signal, playAll(unit, each)));
    return played.map(([fault, what]) => judge(fault, what, frame(fault)));
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ProductFailure)
      return unit.map((fault) => failed(fault, error.message, frame(fault)));
    const why = limit.aborted
      ? `it did not end within ${String(Math.round(limitMs / 1000))} s`
      : textOf(error);
    return unit.map((fault) => unknown(fault, `the drill could not play it: ${why}`, frame(fault)));
  }
}

function limitOf({ limitMs = LIMIT_MS }: Fault, { durationMs }: RunOptions): number {
  return typeof limitMs === 'number' ? limitMs : limitMs(durationMs);
}

async function playAll(unit: Unit, stage: Stage): Promise<readonly (readonly [Fault, Played])[]> {
  const [first] = unit;
  const together = unit.length > 1 ? first?.together : undefined;
  const plays = together
    ? await together(
        unit.map(({ name }) => name),
        stage,
      )
    : await Promise.all(unit.map((fault) => fault.play(stage)));
  return unit.map((fault, index) => {
    const played = plays[index];
    if (played === undefined) throw new TypeError(`${fault.name} was left out of what is played together`);
    return [fault, played];
  });
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
