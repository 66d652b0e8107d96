import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { killGroup, mustRun, runCommand, startCommand, type Ended } from '../product/run-command.ts';
import { compare } from './compare.ts';
import { exportAll, makeHome, type Home } from './home.ts';
import { Dice } from './random.ts';
import { readLedger, startSimulator, type Corpus, type Simulator } from './simulator.ts';
import { CALLS, countCalls, onlyWatch, type Errno, type Files, type Series } from './strace.ts';

/** What a sweep is asked for. */
export interface SweepOptions {
  readonly folder: string;
  readonly seed: number;
  /** Only so many points, by chance; all of them when left out. */
  readonly sample?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPoint?: (done: number, of: number) => void;
}

/** One moment of a harvest: the `nth` call of its kind, and the error with which it is to fail, if it is. */
export interface Point extends Series {
  readonly nth: number;
  readonly errno?: Errno;
}

/** What is done to a harvest at a point, and what has to hold right after it. */
export interface Injection {
  readonly files: readonly Files[];
  /** The points to be tried, of those that were seen in runs that were only watched. */
  readonly pointsOf: (seen: readonly Point[]) => readonly Point[];
  /** The words before the command. */
  readonly under: (point: Point, home: Home) => readonly string[];
  /** Looks at the run that was struck, before anything else is run. */
  readonly look: (struck: Struck) => Promise<Look>;
}

/** A run that was to be struck at a point. */
export interface Struck {
  readonly home: Home;
  readonly ended: Ended;
  /** Compares what is stored now. */
  readonly compareNow: () => Promise<Sets & { readonly stored: number }>;
}

/** What was seen of it. */
export interface Look {
  readonly fired: boolean;
  readonly problems: readonly string[];
}

/** What a sweep showed. */
export interface SweepReport {
  /** How many points of each kind fired, and how many were seen in a run that was only watched. */
  readonly series: readonly (Series & {
    readonly errno?: Errno;
    readonly points: number;
    readonly seen: number;
  })[];
  /** Runs that ended with 0 although their point had fired: all was there. */
  readonly unharmed: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly requests: number;
  readonly problems: readonly string[];
}

interface Sets {
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
}

/** Where points are tried. */
interface Bench {
  readonly folder: string;
  readonly simulator: Simulator;
  /** The export of a harvest that nobody disturbed. */
  readonly undisturbed: string;
  readonly signal: AbortSignal | undefined;
}

type Outcome = Sets & Look & { readonly point: Point; readonly unharmed: boolean };

/** Two pages: a whole small cycle, from an empty folder to a verified window. */
const CORPUS: Corpus = { kind: 'oai-pmh', seed: 5, records: 6, pageSize: 3, days: 3 };
/** The run that has to finish. */
const ONCE = ['run', '--once', '--deadline', '1m'];
/**
 * The run that is struck. A call of its opening that fails does so at each try, for `when` counts anew in the thread of
 * each: it need not be waited for as long.
 */
const STRUCK = ['run', '--once', '--deadline', '15s'];
/** A good part of each point is waiting: for starts, for the disk. */
const AT_ONCE = availableParallelism() + 1;

/**
 * SQLite's own loop over a whole small harvest: something is done to the 1st, 2nd, 3rd ... call of each kind, until a
 * run completes without it. After each the harvest is started again, has to finish, and what is there is checked.
 * `when` of strace counts each thread alone.
 */
export async function sweep(injection: Injection, options: SweepOptions): Promise<SweepReport> {
  const { folder, signal } = options;
  const simulator = await startSimulator(CORPUS, join(folder, 'ledger.jsonl'), signal);
  try {
    const home = makeHome(join(folder, 'undisturbed'), simulator, { signal });
    await mustRun([...home.config, ...ONCE], home);
    const bench: Bench = { folder, simulator, undisturbed: await exportAll(home), signal };
    const seen = injection.pointsOf(await findPoints(bench, injection.files));
    return reportOf(bench, seen, await tryPoints(bench, injection, { seen, options }));
  } finally {
    await simulator.stop();
  }
}

/** What a run calls, told by watching one. */
async function findPoints(bench: Bench, of: readonly Files[]): Promise<Point[]> {
  const points: Point[] = [];
  for (const files of of) {
    const home = makeHome(join(bench.folder, `watched-${files}`), bench.simulator, { signal: bench.signal });
    await mustRun([...home.config, ...ONCE], { ...home, under: onlyWatch(files, home) });
    const counts = countCalls(home);
    for (const call of CALLS)
      for (let nth = 1; nth <= (counts.get(call) ?? 0); nth += 1) points.push({ files, call, nth });
  }
  return points;
}

async function tryPoints(
  bench: Bench,
  injection: Injection,
  {
    seen,
    options: { sample, seed, onPoint },
  }: { readonly seen: readonly Point[]; readonly options: SweepOptions },
): Promise<readonly Outcome[]> {
  const all = [...seen];
  const queue = [...(sample === undefined ? all : draw(all, sample, new Dice(seed)))];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      bench.signal?.throwIfAborted();
      const outcome = await tryPoint(bench, injection, point);
      outcomes.push(outcome);
      onPoint?.(outcomes.length, outcomes.length + queue.length);
      // The last point that was seen beforehand need not be the last that there is.
      const { nth } = point;
      const isLast = !all.some((each) => kindOf(each) === kindOf(point) && each.nth > nth);
      if (!outcome.fired || !isLast || sample !== undefined) continue;
      const next = { ...point, nth: nth + 1 };
      all.push(next);
      queue.push(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

async function tryPoint(bench: Bench, injection: Injection, point: Point): Promise<Outcome> {
  const name = `${kindOf(point)}-${String(point.nth)}`;
  const home = makeHome(join(bench.folder, name), bench.simulator, { signal: bench.signal });
  mkdirSync(home.dataDir, { recursive: true });
  const ended = await strike(home, injection.under(point, home));
  bench.signal?.throwIfAborted();
  const { fired, problems: seen } = await injection.look({
    home,
    ended,
    compareNow: () => compareNow(bench, home),
  });
  const problems = [...seen];
  if (ended.code !== 0) {
    const { code, stdout, stderr } = await runCommand([...home.config, ...ONCE], home);
    if (code !== 0) problems.push(`the next run ended with ${String(code)}: ${stderr}${stdout.slice(-500)}`);
  }
  const { lost, duplicated, unexpected } = await compareNow(bench, home);
  const verified = await runCommand([...home.config, 'verify'], home);
  if (verified.code !== 0) problems.push(`verify ended with ${String(verified.code)}: ${verified.stdout}`);
  return {
    point,
    fired,
    unharmed: fired && ended.code === 0,
    lost,
    duplicated,
    unexpected,
    problems: problems.map((problem) => `${name}: ${problem}`),
  };
}

/** Runs it until it, or its first engine, has ended: the parent would start another one, to be struck as well. */
function strike(home: Home, under: readonly string[]): Promise<Ended> {
  const running = startCommand([...home.config, ...STRUCK], { ...home, under, group: true });
  running.child.stdout?.on('data', () => {
    if (running.printed().includes('"kind":"engine-exited"')) killGroup(running.pid);
  });
  return running.ended;
}

async function compareNow(
  { simulator, undisturbed }: Bench,
  home: Home,
): Promise<Sets & { readonly stored: number }> {
  // A run that was struck early has left no store, or none that can be read yet.
  const words = [...home.config, 'export', '--format', 'jsonl', '--all-versions'];
  const { code, stdout } = await runCommand(words, home);
  const text = code === 0 ? stdout : '';
  const { lost, duplicated, unexpected } = compare(readLedger(simulator.ledgerFile), text, undisturbed);
  return {
    stored: text.split('\n').length - 1,
    lost: lost.length,
    duplicated: duplicated.length,
    unexpected: unexpected.length,
  };
}

function reportOf(bench: Bench, seen: readonly Point[], outcomes: readonly Outcome[]): SweepReport {
  const fired = outcomes.filter((outcome) => outcome.fired);
  const sum = (key: keyof Sets): number => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const first = new Map([...seen].map((point) => [kindOf(point), point]));
  return {
    series: [...first].map(([kind, { files, call, errno }]) => ({
      files,
      call,
      ...(errno === undefined ? {} : { errno }),
      points: fired.filter(({ point }) => kindOf(point) === kind).length,
      seen: seen.filter((point) => kindOf(point) === kind).length,
    })),
    unharmed: outcomes.filter(({ unharmed }) => unharmed).length,
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    unexpected: sum('unexpected'),
    requests: readLedger(bench.simulator.ledgerFile).filter(({ type }) => type === 'request').length,
    problems: [
      ...(fired.length === 0 ? ['no point fired'] : []),
      ...outcomes.flatMap(({ problems }) => problems),
    ],
  };
}

/** So many of them by chance. */
function draw<P>(points: readonly P[], count: number, dice: Dice): readonly P[] {
  const left = [...points];
  const drawn: P[] = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(dice.upTo(left.length) - 1, 1));
  return drawn;
}

/** Points of one kind differ in their number alone: `store-fsync`, `EIO-store-fsync`. */
function kindOf({ files, call, errno }: Point): string {
  return `${errno === undefined ? '' : `${errno}-`}${files}-${call}`;
}
