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
import type { Series } from './strace.ts';

/** What a sweep is asked for. */
export interface SweepOptions {
  readonly folder: string;
  readonly seed: number;
  /** Only so many points, by chance; all of them when left out. */
  readonly sample?: number;
  /** Only points of this name, or whose names begin with it: `store-fsync-3`, `store-fsync`. */
  readonly only?: string;
  readonly onPoint?: (done: number, of: number) => void;
}

/** What a sweep showed. */
export interface SweepReport {
  /** How many points of each kind fired. */
  readonly series: readonly (Series & { readonly points: number })[];
  readonly problems: readonly string[];
}

interface Point extends Series {
  readonly nth: number;
}

interface Bench {
  readonly folder: string;
  readonly simulator: Simulator;
  /** The export of a harvest that nobody disturbed. */
  readonly undisturbed: string;
}

/** Two pages: a whole small cycle, from an empty folder to a verified window. */
const CORPUS: Corpus = { kind: 'oai-pmh', seed: 5, records: 6, pageSize: 3, days: 3 };
const ONCE = ['run', '--once', '--deadline', '1m'];
const AT_ONCE = 2;

/**
 * Kills the engine at the 1st, 2nd, 3rd ... call of each kind that writes to its files, until a run completes;
 * after each, starts it again, lets it finish and checks what is there. `when` of strace counts each thread alone.
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const simulator = await startSimulator(CORPUS, join(options.folder, 'ledger.jsonl'));
  try {
    const home = makeHome(join(options.folder, 'undisturbed'), simulator);
    await mustRun([...home.config, ...ONCE], { env: home.env });
    const bench = { folder: options.folder, simulator, undisturbed: await exportAll(home) };
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
  const problems: string[] = [];
  const queue = [...points];
  const work = async (): Promise<void> => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      const outcome = await tryPoint(bench, point);
      if (outcome === null) continue;
      fired.push(point);
      problems.push(...outcome);
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
    })),
    problems: fired.length === 0 ? ['no point fired'] : problems,
  };
}

/** What a run calls, told by watching one. */
async function findPoints(bench: Bench): Promise<Point[]> {
  const points: Point[] = [];
  for (const files of ['store', 'state'] as const) {
    const home = makeHome(join(bench.folder, `watched-${files}`), bench.simulator);
    await mustRun([...home.config, ...ONCE], { env: home.env, under: onlyWatch(files, home) });
    const counts = countCalls(home);
    for (const call of CALLS)
      for (let nth = 1; nth <= (counts.get(call) ?? 0); nth += 1) points.push({ files, call, nth });
  }
  return points;
}

/** Null: the run completed before the point came. Else what was wrong afterwards. */
async function tryPoint(bench: Bench, point: Point): Promise<readonly string[] | null> {
  const name = nameOf(point);
  const home = makeHome(join(bench.folder, name), bench.simulator);
  mkdirSync(home.dataDir, { recursive: true });
  const killed = start([...home.config, ...ONCE], {
    env: home.env,
    under: killAt(point, point.nth, home),
    group: true,
  });
  // The parent would start another engine, which would die of the same call.
  killed.child.stdout?.on('data', () => {
    if (killed.out().includes('"kind":"engine-exited"')) killGroup(killed.pid);
  });
  const { code, out } = await killed.ended;
  if (code === 0) return null;
  if (!out.includes('"signal":"SIGKILL"')) return [`${name}: ended with ${code} and not by the kill: ${out}`];
  return (await faultsOf(bench, home)).map((fault) => `${name}: ${fault}`);
}

async function faultsOf({ simulator, undisturbed }: Bench, home: Home): Promise<readonly string[]> {
  const again = await run([...home.config, ...ONCE], { env: home.env });
  if (again.code !== 0)
    return [`the next run ended with ${again.code}: ${again.err}${again.out.slice(-500)}`];
  const { lost, duplicated, unexpected } = compare(
    readLedger(simulator.ledgerFile),
    await exportAll(home),
    undisturbed,
  );
  const verified = await run([...home.config, 'verify'], { env: home.env });
  return [
    ...Object.entries({ lost, duplicated, unexpected })
      .filter(([, keys]) => keys.length > 0)
      .map(([what, keys]) => `${keys.length} ${what}: ${keys.join(', ')}`),
    ...(verified.code === 0 ? [] : [`verify ended with ${verified.code}: ${verified.out}`]),
  ];
}

function exportAll(home: Home): Promise<string> {
  return mustRun([...home.config, 'export', '--format', 'jsonl', '--all-versions'], { env: home.env });
}

function draw(points: readonly Point[], count: number, dice: Dice): readonly Point[] {
  const left = [...points];
  const drawn: Point[] = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(dice.upTo(left.length) - 1, 1));
  return drawn;
}

function addNext(found: Point[], { files, call, nth }: Point): Point {
  const next = { files, call, nth: nth + 1 };
  found.push(next);
  return next;
}

function nameOf({ files, call, nth }: Point): string {
  return `${files}-${call}-${nth}`;
}

function sameSeries(a: Series, b: Series): boolean {
  return a.files === b.files && a.call === b.call;
}
