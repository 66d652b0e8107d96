import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from './compare.ts';
import { makeHome } from './home.ts';
import type { Home } from './home.ts';
import { killGroup, mustRun, run, start } from './process.ts';
import { Dice } from './random.ts';
import { readLedger, startSimulator } from './simulator.ts';
import type { Corpus, Simulator } from './simulator.ts';
import { CALLS, countCalls, killAt, onlyWatch } from './strace.ts';
import type { Files, Series } from './strace.ts';

/** What a sweep is asked for. */
export interface SweepOptions {
  readonly folder: string;
  readonly seed: number;
  /** Only so many points, by chance; all of them when left out. */
  readonly sample?: number;
  /** Only points of this name, or whose names begin with it: `store-fsync-3`, `store-fsync`. */
  readonly only?: string;
  readonly signal?: AbortSignal | undefined;
  readonly onPoint?: (done: number, of: number) => void;
}

/** What a sweep showed. */
export interface SweepReport {
  /** How many points of each kind fired, and how many were seen in a run that was only watched. */
  readonly series: readonly (Series & { readonly points: number; readonly seen: number })[];
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly requests: number;
  readonly problems: readonly string[];
}

/** One moment of a harvest: the `nth` call of its kind. */
export interface Point extends Series {
  readonly nth: number;
}

/** Where points are tried. */
export interface Bench {
  readonly folder: string;
  readonly simulator: Simulator;
  /** The export of a harvest that nobody disturbed. */
  readonly undisturbed: string;
  readonly signal: AbortSignal | undefined;
}

interface Outcome {
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly problems: readonly string[];
}

const SETS = ['lost', 'duplicated', 'unexpected'] as const;
const NOTHING = { lost: 0, duplicated: 0, unexpected: 0 } as const;

/** Two pages: a whole small cycle, from an empty folder to a verified window. */
export const CORPUS: Corpus = { kind: 'oai-pmh', seed: 5, records: 6, pageSize: 3, days: 3 };
/** The run of each point. */
export const ONCE = ['run', '--once', '--deadline', '1m'];
const AT_ONCE = 2;

/**
 * Kills the engine at the 1st, 2nd, 3rd ... call of each kind that writes to its files, until a run completes;
 * after each, starts it again, lets it finish and checks what is there. `when` of strace counts each thread alone.
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const simulator = await startSimulator(CORPUS, join(options.folder, 'ledger.jsonl'), options.signal);
  try {
    const home = makeHome(join(options.folder, 'undisturbed'), simulator, { signal: options.signal });
    await mustRun([...home.config, ...ONCE], home);
    const bench = {
      folder: options.folder,
      simulator,
      undisturbed: await exportAll(home),
      signal: options.signal,
    };
    return await sweepPoints(bench, options);
  } finally {
    await simulator.stop();
  }
}

async function sweepPoints(
  bench: Bench,
  { seed, sample, only, onPoint }: SweepOptions,
): Promise<SweepReport> {
  const all = await findPoints(bench);
  const found = only === undefined ? all : all.filter((point) => `${nameOf(point)}-`.startsWith(`${only}-`));
  const points = sample === undefined ? found : draw(found, sample, new Dice(seed));
  const fired: Point[] = [];
  const seen = [...all];
  const total = { lost: 0, duplicated: 0, unexpected: 0 };
  const problems: string[] = [];
  const queue = [...points];
  const work = async (): Promise<void> => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      bench.signal?.throwIfAborted();
      const outcome = await tryPoint(bench, point);
      if (outcome === null) continue;
      fired.push(point);
      problems.push(...outcome.problems);
      for (const key of SETS) total[key] += outcome[key];
      onPoint?.(fired.length, points.length);
      // The last point that was seen beforehand need not be the last that there is.
      const isLast = !found.some((each) => sameSeries(each, point) && each.nth > point.nth);
      if (sample === undefined && isLast && nameOf(point) !== only) queue.push(addNext(found, point));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const series = [...new Map(found.map(({ files, call }) => [`${files} ${call}`, { files, call }])).values()];
  return {
    series: series.map((each) => ({
      ...each,
      points: fired.filter((point) => sameSeries(point, each)).length,
      seen: seen.filter((point) => sameSeries(point, each)).length,
    })),
    ...total,
    requests: readLedger(bench.simulator.ledgerFile).filter(({ type }) => type === 'request').length,
    problems: fired.length === 0 ? ['no point fired'] : problems,
  };
}

/** What a run calls, told by watching one. */
export async function findPoints(bench: Bench, of: readonly Files[] = ['store', 'state']): Promise<Point[]> {
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

/** Null: the run completed before the point came. Else what was wrong afterwards. */
async function tryPoint(bench: Bench, point: Point): Promise<Outcome | null> {
  const name = nameOf(point);
  const home = makeHome(join(bench.folder, name), bench.simulator, { signal: bench.signal });
  mkdirSync(home.dataDir, { recursive: true });
  const killed = start([...home.config, ...ONCE], {
    env: home.env,
    under: killAt(point, point.nth, home),
    group: true,
    signal: bench.signal,
  });
  // The parent would start another engine, which would die of the same call.
  killed.child.stdout?.on('data', () => {
    if (killed.out().includes('"kind":"engine-exited"')) killGroup(killed.pid);
  });
  const { code, out } = await killed.ended;
  if (code === 0) return null;
  bench.signal?.throwIfAborted();
  if (!out.includes('"signal":"SIGKILL"'))
    return { ...NOTHING, problems: [`${name}: ended with ${code} and not by the kill: ${out}`] };
  const outcome = await outcomeOf(bench, home);
  return { ...outcome, problems: outcome.problems.map((problem) => `${name}: ${problem}`) };
}

async function outcomeOf({ simulator, undisturbed }: Bench, home: Home): Promise<Outcome> {
  const again = await run([...home.config, ...ONCE], home);
  if (again.code !== 0)
    return {
      ...NOTHING,
      problems: [`the next run ended with ${again.code}: ${again.err}${again.out.slice(-500)}`],
    };
  const found = compare(readLedger(simulator.ledgerFile), await exportAll(home), undisturbed);
  const verified = await run([...home.config, 'verify'], home);
  return {
    lost: found.lost.length,
    duplicated: found.duplicated.length,
    unexpected: found.unexpected.length,
    problems: [
      ...SETS.filter((key) => found[key].length > 0).map(
        (key) => `${found[key].length} ${key}: ${found[key].join(', ')}`,
      ),
      ...(verified.code === 0 ? [] : [`verify ended with ${verified.code}: ${verified.out}`]),
    ],
  };
}

/** Every version that is stored. */
export function exportAll(home: Home): Promise<string> {
  return mustRun([...home.config, 'export', '--format', 'jsonl', '--all-versions'], home);
}

/** So many of them by chance. */
export function draw<P>(points: readonly P[], count: number, dice: Dice): readonly P[] {
  const left = [...points];
  const drawn: P[] = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(dice.upTo(left.length) - 1, 1));
  return drawn;
}

function addNext(found: Point[], { files, call, nth }: Point): Point {
  const next = { files, call, nth: nth + 1 };
  found.push(next);
  return next;
}

/** Its name in messages. */
export function nameOf({ files, call, nth }: Point): string {
  return `${files}-${call}-${nth}`;
}

function sameSeries(a: Series, b: Series): boolean {
  return a.files === b.files && a.call === b.call;
}
