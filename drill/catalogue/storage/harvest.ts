import { setTimeout as sleep } from 'node:timers/promises';
import { check, type Check, type Played } from '../../fault.ts';
import { compare, countsOf, examplesOf } from '../../checker/compare.ts';
import type { Installation } from '../../product/installation.ts';
import type { Running } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import type { Simulator } from '../../upstream/simulator.ts';
import { ProductFailure } from '../../product/product-failure.ts';

/** What `run` prints of itself, as far as a row about the disk looks at it. */
export interface Told {
  readonly kind: string;
  readonly at: number;
  readonly pid?: number | null;
  readonly child?: string;
  readonly code?: number | string | null;
  readonly message?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly url?: string;
  readonly inserted?: number;
  readonly updated?: number;
  readonly unchanged?: number;
  readonly restamped?: number;
  readonly wait?: { readonly why: string; readonly reason: string; readonly error: { code: string } | null };
}

/** One simulated upstream, and a data folder that is harvested from it. */
export interface Harvest {
  readonly simulator: Simulator;
  readonly product: Installation;
  readonly ledger: () => Ledger;
}

/** A `run` whose words are read while it lasts. */
export interface Live {
  readonly running: Running;
  readonly told: () => readonly Told[];
  /** The first that fits, also one that was told already. @throws Error when none comes in time, or the run ends */
  readonly until: (what: string, fits: (event: Told) => boolean) => Promise<Told>;
  /** Ends it gracefully; its exit code. */
  readonly stop: () => Promise<number | null>;
}

/** How a harvest is laid out. */
export interface Layout {
  readonly records?: number;
  readonly pageSize?: number;
  /** Further keys of the source, of the configuration. */
  readonly source?: object;
  readonly more?: object;
}

/** Long enough for a machine that does much else. */
const PATIENCE_MS = 45_000;

/** Sets up an upstream and a configuration; nothing is harvested yet. */
export async function layOut(
  stage: Stage,
  { records = 300, pageSize = 20, source, more }: Layout = {},
): Promise<Harvest> {
  const simulator = await stage.simulate({ kind: 'oai-pmh', records, pageSize });
  const product = stage.install(
    [
      {
        id: 'src',
        kind: 'oai-pmh',
        baseUrl: simulator.baseUrl,
        metadataPrefix: 'oai_dc',
        from: 'all',
        every: '1s',
        minIntervalMs: 20,
        ...source,
      },
    ],
    { audit: { every: 'off' }, dashboard: { port: 0 }, ...more },
  );
  return { simulator, product, ledger: () => Ledger.read(simulator.ledgerFile) };
}

/** Starts `run` and reads along. */
export function begin(
  { product }: Pick<Harvest, 'product'>,
  stage: Stage,
  how: Parameters<Installation['startWith']>[0] = {},
  args: readonly string[] = ['run'],
): Live {
  const running = product.startWith(how, ...args);
  return follow(running, stage);
}

/** Reads along what a run tells. */
export function follow(running: Running, stage: Stage): Live {
  const events: Told[] = [];
  let rest = '';
  let ended = false;
  const letters = new TextDecoder();
  running.child.stdout?.on('data', (bytes: Buffer) => {
    const lines = (rest + letters.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.startsWith('{'))) events.push(JSON.parse(line) as Told);
  });
  running.ended.then(
    () => (ended = true),
    () => (ended = true),
  );
  const until = async (what: string, fits: (event: Told) => boolean): Promise<Told> => {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = events.find(fits);
      if (found !== undefined) return found;
      stage.signal.throwIfAborted();
      if (ended)
        throw new ProductFailure(`the run ended before ${what}: ${(await running.ended).stderr.slice(-600)}`);
      if (performance.now() > deadline) throw new ProductFailure(`in vain waited for ${what}`);
      await pause(20, stage.signal);
    }
  };
  const stop = async (): Promise<number | null> => {
    running.child.kill('SIGTERM');
    const deadline = performance.now() + PATIENCE_MS;
    while (!ended) {
      if (performance.now() > deadline) throw new ProductFailure('it does not end after SIGTERM');
      await pause(20, stage.signal);
    }
    return (await running.ended).code;
  };
  return { running, told: () => events, until, stop };
}

/** Wall ms of the last commit before an instant; 0 when there was none. A fault that stops commits began after that. */
export function lastCommitBefore(live: Live, instant: number): number {
  return live.told().findLast(({ kind, at }) => kind === 'commit' && at <= instant)?.at ?? 0;
}

/** Something was committed at or after an instant. */
export function committedAfter(instant: number): (event: Told) => boolean {
  return ({ kind, at, inserted = 0, updated = 0 }) =>
    kind === 'commit' && at >= instant && inserted + updated > 0;
}

/** The run has everything, as it says at or after an instant. */
export function caughtUpAfter(instant: number): (event: Told) => boolean {
  return ({ kind, at, state }) => kind === 'state' && state === 'ok' && at >= instant;
}

/** It waits for the disk, as it says at or after an instant. */
export function waitsForDisk(instant = 0): (event: Told) => boolean {
  return ({ kind, at, wait }) => kind === 'wait' && wait?.why === 'disk' && at >= instant;
}

/** What a row adds to what is compared at its end. */
export interface Outcome {
  readonly injected: number;
  readonly wanted?: Played['wanted'];
  readonly detectMs?: number | null;
  readonly recoverMs?: number | null;
  readonly checks?: readonly Check[];
  readonly evidence: string;
}

/**
 * Runs until it is caught up, compares the store with the ledger, and lets `verify` look at all of it. It has recovered
 * when that last run has everything: what had to come before, without another run, the play itself waited for.
 */
export async function conclude(
  { product, ledger }: Harvest,
  { injected, wanted = 1, detectMs = null, recoverMs = null, checks = [], evidence }: Outcome,
): Promise<Played> {
  const last = await product.run('run', '--once', '--deadline', '60s');
  const papers = await product.papers();
  const shown = { gaps: await product.gaps(), quarantine: await product.quarantine() };
  const truth = ledger();
  const comparison = compare(truth, papers, shown);
  const verified = await product.run('verify');
  const examples = examplesOf(comparison);
  return {
    injected,
    wanted,
    traffic: truth.exchanges.length,
    ...countsOf([comparison]),
    recovered: last.code === 0,
    detectMs,
    recoverMs,
    requestsWasted: null,
    checks: [
      ...checks,
      check(
        'the last run has everything',
        last.code === 0,
        `${String(last.code)} ${last.stderr.slice(-300)}`,
        'I6',
      ),
      check(
        'verify finds the store whole',
        verified.code === 0,
        `${String(verified.code)} ${verified.stdout.slice(-300)}`,
      ),
    ],
    evidence: `${evidence}; ${String(papers.length)} of ${String(comparison.attempted)} records${examples.length > 0 ? ` (${examples.join(', ')})` : ''}`,
  };
}

/** Waits for real. @throws when the signal is aborted */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal });
}
