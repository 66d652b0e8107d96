import { seededRandom } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { askThroughGate, configure, runHoldfast, testFolder } from './politeness/run-holdfast.ts';
import { impoliteness, runUpstream, type Visit } from './politeness/run-upstream.ts';

/** Longer than a start of the engine takes, so that only the remembered gate can keep it. */
const INTERVAL = 1_200;
const CRASHES = process.env['HOLDFAST_TEST_FULL'] === '1' ? 20 : 10;
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? 11);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test(`${String(CRASHES)} kills under traffic never bring a request early (seed ${String(SEED)})`, async () => {
  const folder = testFolder();
  const random = seededRandom(SEED);
  const flags = ['--kind', 'oai-pmh', '--records', '4000', '--page-size', '20'];
  const upstream = await runUpstream(folder, [
    ...flags,
    '--fault',
    'slow-first-byte@2x*',
    '--slow-ms',
    '250',
  ]);
  configure(folder, { kind: 'oai-pmh', baseUrl: upstream.baseUrl, minIntervalMs: INTERVAL });
  let heldBack = 0;
  for (let crash = 0; crash < CRASHES; crash += 1) {
    const before = upstream.visits();
    const holdfast = runHoldfast(folder);
    await upstream.until((visits) => visits.length > before.length);
    const allowed = (before.at(-1)?.endedAt ?? 0) + INTERVAL;
    if (holdfast.readyAt() < allowed) heldBack += 1;
    await pause(random.next() * 400);
    await holdfast.killTree();
    await upstream.until(noneUnderWay);
  }
  const visits = upstream.visits();
  expect(impoliteness(visits, INTERVAL)).toEqual([]);
  expect(visits.length).toBeGreaterThanOrEqual(CRASHES);
  // What the run is about did happen: kills in the middle of an answer, and starts that had to wait for the interval.
  expect(visits.filter(({ aborted }) => aborted).length).toBeGreaterThan(0);
  expect(heldBack).toBeGreaterThan(0);
});

test('three processes that ask OAI-PMH, the query API and RSS of one service take turns', async () => {
  const folder = testFolder();
  const intervalMs = 400;
  const upstream = await runUpstream(folder, ['--kind', 'arxiv', '--records', '3000', '--page-size', '30']);
  configure(folder, { kind: 'arxiv', baseUrl: upstream.baseUrl, minIntervalMs: intervalMs });
  const holdfast = runHoldfast(folder);
  const asking = { intervalMs, count: 8 };
  const { origin } = new URL(upstream.baseUrl);
  await upstream.until((visits) => visits.length > 0);
  await Promise.all([
    askThroughGate(folder, `${origin}/api/query?search_query=all:a&max_results=5`, asking),
    askThroughGate(folder, `${origin}/rss/cs`, asking),
  ]);
  await holdfast.killTree();
  await upstream.until(noneUnderWay);
  const visits = upstream.visits();
  expect(impoliteness(visits, intervalMs)).toEqual([]);
  const count = (verb: string): number => visits.filter((visit) => visit.verb === verb).length;
  expect([count('api'), count('rss')]).toEqual([8, 8]);
  // All three were asking at the same time.
  const between = visits.slice(
    visits.findIndex(({ verb }) => verb === 'api'),
    visits.findLastIndex(({ verb }) => verb === 'rss'),
  );
  expect(between.filter(({ verb }) => verb === 'ListRecords').length).toBeGreaterThan(1);
});

test.each(['429-retry-after', '503-retry-after-date'])(
  'a Retry-After is kept although the waiting process is killed: %s',
  async (fault) => {
    const folder = testFolder();
    const flags = ['--kind', 'oai-pmh', '--records', '200', '--page-size', '20', '--retry-after', '5'];
    const upstream = await runUpstream(folder, [...flags, '--fault', `${fault}@2`]);
    configure(folder, { kind: 'oai-pmh', baseUrl: upstream.baseUrl, minIntervalMs: 50, cooldown: 100 });
    const first = runHoldfast(folder);
    await upstream.until((visits) => visits.some((visit) => visit.fault === fault));
    // The engine has read the answer and waits.
    await pause(700);
    await first.killTree();
    const throttled = upstream.visits().length;
    const second = runHoldfast(folder);
    await upstream.until((visits) => visits.length > throttled);
    const visits = upstream.visits();
    const [answer, next] = [visits[throttled - 1], visits[throttled]];
    expect(answer?.fault).toBe(fault);
    const asked = fault.endsWith('date') ? 4_000 : 5_000;
    expect((next?.arrivedAt ?? NaN) - (answer?.endedAt ?? NaN)).toBeGreaterThanOrEqual(asked);
    // It was the memory of the gate that made it wait.
    expect(second.readyAt()).toBeLessThan((answer?.endedAt ?? NaN) + asked);
    await second.killTree();
  },
);

function noneUnderWay(visits: readonly Visit[]): boolean {
  return visits.every(({ endedAt }) => Number.isFinite(endedAt));
}
