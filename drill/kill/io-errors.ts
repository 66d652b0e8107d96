import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from './compare.ts';
import { makeHome } from './home.ts';
import type { Home } from './home.ts';
import { killGroup, mustRun, run, start } from './process.ts';
import { Dice } from './random.ts';
import { readLedger, startSimulator } from './simulator.ts';
import { CORPUS, draw, exportAll, findPoints, nameOf, ONCE } from './sweep.ts';
import type { Bench, Point, SweepOptions } from './sweep.ts';
import { failAt, traceFile } from './strace.ts';
import type { Errno } from './strace.ts';

/** What a loop over failing calls showed. */
export interface IoErrorReport {
  /** Calls that failed, by error and call. */
  readonly fired: Readonly<Record<string, number>>;
  readonly points: number;
  /** Runs that ended with 0 although a call had failed: all was there. */
  readonly unharmed: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly requests: number;
  readonly problems: readonly string[];
}

interface FailedPoint extends Point {
  readonly errno: Errno;
}

interface Outcome {
  readonly fired: boolean;
  readonly unharmed: boolean;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly problems: readonly string[];
}

const CALLS = new Set(['pwrite64', 'write', 'fsync', 'fdatasync']);
const ERRORS: readonly Errno[] = ['EIO', 'ENOSPC'];
const AT_ONCE = 2;

/**
 * SQLite's own loop over a whole small harvest: the N-th write or sync of the store fails, for N = 1, 2, 3 ... until
 * a run completes without it. Nothing that was acknowledged may be gone, no run may end with 0 while something is
 * missing, and the next run completes it.
 */
export async function failIo(options: SweepOptions): Promise<IoErrorReport> {
  const { folder, seed, sample, signal, onPoint } = options;
  const simulator = await startSimulator(CORPUS, join(folder, 'ledger.jsonl'), signal);
  try {
    const home = makeHome(join(folder, 'undisturbed'), simulator, { signal });
    await mustRun([...home.config, ...ONCE], home);
    const bench: Bench = { folder, simulator, undisturbed: await exportAll(home), signal };
    const found = (await findPoints(bench, ['store'])).filter(({ call }) => CALLS.has(call));
    const all = ERRORS.flatMap((errno) => found.map((point): FailedPoint => ({ ...point, errno })));
    const queue = [...(sample === undefined ? all : draw(all, sample, new Dice(seed)))];
    const planned = queue.length;
    const outcomes: (Outcome & { readonly point: FailedPoint })[] = [];
    const work = async (): Promise<void> => {
      for (let point = queue.shift(); point; point = queue.shift()) {
        signal?.throwIfAborted();
        const outcome = await failOne(bench, point);
        outcomes.push({ ...outcome, point });
        onPoint?.(outcomes.length, planned);
        // One more than was seen beforehand, until a run completes without its failure.
        const { files, call, nth, errno } = point;
        const isLast = !all.some((other) => other.errno === errno && other.call === call && other.nth > nth);
        if (!outcome.fired || !isLast || sample !== undefined) continue;
        const next = { files, call, nth: nth + 1, errno };
        all.push(next);
        queue.push(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const hit = outcomes.filter(({ fired }) => fired);
    const sum = (key: 'lost' | 'duplicated' | 'unexpected'): number =>
      outcomes.reduce((total, outcome) => total + outcome[key], 0);
    return {
      fired: countBy(hit.map(({ point: { errno, call } }) => `${errno} of ${call}`)),
      points: hit.length,
      unharmed: hit.filter(({ unharmed }) => unharmed).length,
      lost: sum('lost'),
      duplicated: sum('duplicated'),
      unexpected: sum('unexpected'),
      requests: readLedger(simulator.ledgerFile).filter(({ type }) => type === 'request').length,
      problems: outcomes.flatMap(({ problems }) => problems),
    };
  } finally {
    await simulator.stop();
  }
}

async function failOne(bench: Bench, point: FailedPoint): Promise<Outcome> {
  const name = `${point.errno}-${nameOf(point)}`;
  const home = makeHome(join(bench.folder, name), bench.simulator, { signal: bench.signal });
  const { env, signal } = home;
  mkdirSync(home.dataDir, { recursive: true });
  const running = start([...home.config, ...ONCE], {
    env,
    signal,
    group: true,
    under: failAt(point, point.nth, point.errno, home),
  });
  // The parent would start another engine, and strace would have its call fail too, until the deadline.
  running.child.stdout?.on('data', () => {
    if (running.out().includes('"kind":"engine-exited"')) killGroup(running.pid);
  });
  const failed = await running.ended;
  bench.signal?.throwIfAborted();
  const fired = existsSync(traceFile(home)) && readFileSync(traceFile(home), 'utf8').includes('(INJECTED)');
  const acknowledged = insertedIn(failed.out);
  const before = await compareNow(bench, home);
  const problems: string[] = [];
  if (before.stored < acknowledged)
    problems.push(`${String(acknowledged)} were acknowledged, ${String(before.stored)} are there`);
  if (failed.code === 0 && before.lost > 0)
    problems.push(`it ended with 0 while ${String(before.lost)} records were missing`);
  const again = failed.code === 0 ? failed : await run([...home.config, ...ONCE], { env, signal });
  if (again.code !== 0)
    problems.push(`the next run ended with ${String(again.code)}: ${again.err}${again.out.slice(-300)}`);
  const { lost, duplicated, unexpected } = failed.code === 0 ? before : await compareNow(bench, home);
  const verified = await run([...home.config, 'verify'], { env, signal });
  if (verified.code !== 0) problems.push(`verify ended with ${String(verified.code)}: ${verified.out}`);
  return {
    fired,
    unharmed: failed.code === 0,
    lost,
    duplicated,
    unexpected,
    problems: problems.map((problem) => `${name}: ${problem}`),
  };
}

async function compareNow(
  { simulator, undisturbed }: Bench,
  home: Home,
): Promise<{ stored: number; lost: number; duplicated: number; unexpected: number }> {
  // A run that failed early has left no store, or none that can be read yet.
  const { code, out } = await run([...home.config, 'export', '--format', 'jsonl', '--all-versions'], {
    env: home.env,
    signal: home.signal,
  });
  const text = code === 0 ? out : '';
  const { lost, duplicated, unexpected } = compare(readLedger(simulator.ledgerFile), text, undisturbed);
  return {
    stored: text.split('\n').length - 1,
    lost: lost.length,
    duplicated: duplicated.length,
    unexpected: unexpected.length,
  };
}

/** Records that the run said to be committed. */
function insertedIn(out: string): number {
  return out
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { kind: string; inserted?: number })
    .reduce((total, { kind, inserted = 0 }) => total + (kind === 'commit' ? inserted : 0), 0);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
