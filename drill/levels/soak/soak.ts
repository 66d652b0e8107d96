import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { countsOf, examplesOf, type Comparison } from '../../checker/compare.ts';
import { storedOf, type Published } from '../../checker/stored.ts';
import { check, type Check, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import { Background } from '../../product/background.ts';
import type { ExportedLine } from '../../product/installation.ts';
import { read, type Seen } from './readers.ts';
import { stopVerifyStart, type Restarts } from './restarts.ts';
import { csvOf, sample, type Sample } from './sample.ts';
import { Traffic, type Live } from './traffic.ts';
import { judgeSoak } from './verdict.ts';

/** How long a full soak lasts unless told. */
export const SOAK_MS = 600_000;
/** Time for what comes before and after it. */
export const AROUND_MS = 600_000;

const SAMPLE_MS = 5_000;
const TICK_MS = 1_000;
const LEAST_WARM_UP_MS = 120_000;
const CAUGHT_UP_MS = 180_000;
const KINDS = ['arxiv', 'biorxiv', 'oai-pmh'] as const;

/** The real product over changing upstreams for as long as it is told to, watched from outside. */
export async function soak(stage: Stage): Promise<Played> {
  const durationMs = stage.durationMs ?? SOAK_MS;
  const upstreams = await upstreamsOf(stage);
  const sources = (every: string): readonly object[] => upstreams.map((each) => sourceOf(each, every));
  const watched = await Background.install(stage, sources('2s'));
  const restarted = await Background.install(stage, sources('5s'));
  const first = await watched.start();
  await restarted.start();
  const traffic = await Traffic.begin(upstreams, stage.seed);
  const begun = Date.now();
  const over = new AbortController();
  const time = AbortSignal.any([stage.signal, over.signal]);
  const others = Promise.all([
    read(watched, time),
    stopVerifyStart(restarted, Math.min(300_000, Math.max(30_000, durationMs / 6)), time),
    repeat(TICK_MS, time, () => traffic.tick()),
  ]);
  // A failure of the others must end the soak at once, not when its time is over.
  others.catch((error: unknown) => over.abort(error));
  const samples: Sample[] = [];
  await watch(watched, samples, { begun, durationMs, traffic, stage, signal: time });
  over.abort();
  const [seen, restarts] = await others;
  await traffic.calm();
  const calmAt = performance.now();
  const ends = [await settled(watched, upstreams, stage), await settled(restarted, upstreams, stage)];
  const recoverMs = Math.round(performance.now() - calmAt);
  const last = await watched.pids();
  const verified = [await verify(watched), await verify(restarted)];
  save(samples);
  const ledgers = upstreams.map(({ simulator }) => Ledger.read(simulator.ledgerFile));
  const verdict = judgeSoak(samples, begun + Math.max(LEAST_WARM_UP_MS, durationMs / 10));
  const fired = ledgers.reduce((total, { faults }) => total + faults.length, 0);
  const all = ends.flat();
  const clean = all.every((one) => examplesOf(one).length === 0);
  return {
    injected: fired + restarts.count,
    wanted: 'some',
    traffic: ledgers.reduce((total, { exchanges }) => total + exchanges.length, 0),
    ...countsOf(all),
    recovered: clean,
    detectMs: null,
    recoverMs: clean ? recoverMs : null,
    requestsWasted: null,
    checks: [
      ...verdict.checks,
      ...readChecks(seen),
      ...restartChecks(restarts),
      ...verified,
      check(
        'the watched engine, its supervisor and its page server are the ones of the beginning',
        JSON.stringify(first) === JSON.stringify(last),
        { first, last },
      ),
    ],
    doubts: verdict.doubts,
    evidence: [
      ...all.flatMap(examplesOf).slice(0, 5),
      verdict.evidence,
      changesText(traffic, fired),
      `${String(restarts.count)} stops with verify; ${String(seen.reads)} reads (${String(seen.failed.length)} unanswered), ${String(seen.feedLines)} lines of the feed`,
    ].join('; '),
  };
}

function upstreamsOf(stage: Stage): Promise<readonly Live[]> {
  return Promise.all(
    KINDS.map(async (kind) => ({
      id: kind,
      kind,
      // The ids of each answer would be half a gigabyte in two hours; the truth and the changes are enough.
      simulator: await stage.simulate({
        kind,
        records: 600,
        pageSize: 100,
        args: ['--ledger-ids', 'off', '--days', '20', '--slow-ms', '3000'],
      }),
    })),
  );
}

function sourceOf({ id, kind, simulator }: Live, every: string): object {
  return { id, kind, baseUrl: simulator.baseUrl, from: '30d', every, minIntervalMs: 20, cooldown: '1s' };
}

/** Samples until the time is over, and says a line a minute. */
async function watch(
  background: Background,
  samples: Sample[],
  {
    begun,
    durationMs,
    traffic,
    stage,
    signal,
  }: {
    readonly begun: number;
    readonly durationMs: number;
    readonly traffic: Traffic;
    readonly stage: Stage;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let minute = 0;
  while (Date.now() - begun < durationMs) {
    signal.throwIfAborted();
    samples.push(await sample(background.place));
    const passed = Math.floor((Date.now() - begun) / 60_000);
    if (passed > minute) {
      minute = passed;
      const last = samples.at(-1);
      if (last) stage.say(minuteText(minute, last, traffic));
      save(samples);
    }
    await pause(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function repeat(everyMs: number, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await act();
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Compares until nothing is missing, or the bound is reached: then what is missing is lost. */
async function settled(
  { product }: Background,
  upstreams: readonly Live[],
  stage: Stage,
): Promise<readonly Comparison[]> {
  const published = (): readonly Published[] =>
    upstreams.map(({ id, simulator }) => ({ id, ledger: Ledger.read(simulator.ledgerFile) }));
  const deadline = performance.now() + CAUGHT_UP_MS;
  for (;;) {
    stage.signal.throwIfAborted();
    const { papers, comparisons } = await storedOf(product, published);
    const clean = comparisons.every((one) => examplesOf(one).length === 0 && one.inGaps.length === 0);
    if (!clean && performance.now() > deadline)
      for (const { lost } of comparisons)
        for (const id of lost.slice(0, 5)) stage.say(`lost ${id}: stored ${storedAs(id, papers)}`);
    if (clean || performance.now() > deadline) return comparisons;
    await pause(3_000, undefined, { signal: stage.signal });
  }
}

function storedAs(id: string, papers: readonly ExportedLine[]): string {
  const paper = papers.find((each) => each.id === id);
  return paper === undefined
    ? 'not at all'
    : `as version ${paper.version ?? 'not known'} of ${paper.datestamp}`;
}

async function verify({ product }: Background): Promise<Check> {
  const { code, stdout } = await product.run('verify');
  return check('`verify` ends with 0', code === 0, stdout, 'I3');
}

function readChecks({ reads, failed, feedFaults }: Seen): readonly Check[] {
  return [
    // A machine that does much else may keep one in a hundred waiting for longer than a reader waits.
    check(
      'readers were answered',
      reads > 0 && failed.length <= Math.ceil(reads / 100),
      failed.length === 0
        ? `all ${String(reads)}`
        : `${String(failed.length)} of ${String(reads)} not: ${failed.slice(0, 3).join('; ')}`,
    ),
    check(
      'the feed only goes forward',
      feedFaults.length === 0,
      feedFaults.slice(0, 3).join('; ') || 'it does',
      'I2',
    ),
  ];
}

function restartChecks({ count, wrong }: Restarts): readonly Check[] {
  return [
    check('stopped, verified and started again and again', count > 0, `${String(count)} times`),
    ...wrong,
  ];
}

function minuteText(minute: number, last: Sample, { happened }: Traffic): string {
  const megabytes = (bytes: number | null): string =>
    bytes === null ? '?' : (bytes / 1024 / 1024).toFixed(1);
  const { changes } = happened;
  return `${String(minute)} min: engine ${megabytes(last.engineRss)} MB (heap ${megabytes(last.engineHeap)}), ${String(last.engineFds)} fds, server ${megabytes(last.serverRss)} MB, log ${megabytes(last.walBytes)} MB, ${String(last.records)} records, ${String(last.requests)} requests, ${String(changes.restamped + changes.versions + changes.added + changes.deleted)} changes`;
}

function changesText({ happened }: Traffic, fired: number): string {
  const { added, restamped, versions, deleted } = happened.changes;
  return `upstream ${String(added)} added, ${String(restamped)} stamped anew, ${String(versions)} new versions, ${String(deleted)} deleted, ${String(fired)} faults (${[...happened.armed].map(([name, count]) => `${name} ${String(count)}`).join(', ')})`;
}

/** For pictures: the samples as CSV in the folder that `HOLDFAST_DRILL_ARTEFACTS` names. */
function save(samples: readonly Sample[]): void {
  const folder = process.env['HOLDFAST_DRILL_ARTEFACTS'];
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'soak.csv'), csvOf(samples));
}
