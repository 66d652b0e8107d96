import { setTimeout as sleep } from 'node:timers/promises';
import { check, type Check, type Played } from '../../fault.ts';
import { countsOf, examplesOf } from '../../checker/compare.ts';
import type { DrillEvent } from '../../checker/events.ts';
import { storedOf } from '../../checker/stored.ts';
import { Foreground } from '../../product/foreground.ts';
import type { Installation } from '../../product/installation.ts';
import { layOutOne, SOURCE, type Layout, type OneSource } from '../../product/one-source.ts';
import type { Stage } from '../../stage.ts';

/** One upstream that is polled every second, and a data folder. */
export type Harvest = OneSource;

/** Sets up an upstream and a configuration; nothing is harvested yet. */
export function layOut(stage: Stage, layout: Layout = {}): Promise<Harvest> {
  return layOutOne(stage, { ...layout, source: { every: '1s', minIntervalMs: 20, ...layout.source } });
}

/** Starts `run` and reads along. */
export function begin(
  { product }: Pick<Harvest, 'product'>,
  { signal }: Stage,
  how: Parameters<Installation['startWith']>[0] = {},
): Foreground {
  return Foreground.start(product, signal, how);
}

/** Wall ms of the last commit before an instant; 0 when there was none. A fault that stops commits began after that. */
export function lastCommitBefore(live: Foreground, instant: number): number {
  return live.events().findLast(({ kind, at }) => kind === 'commit' && at <= instant)?.at ?? 0;
}

/** Something was committed at or after an instant. */
export function committedAfter(instant: number): (event: DrillEvent) => boolean {
  return ({ kind, at, inserted = 0, updated = 0 }) =>
    kind === 'commit' && at >= instant && inserted + updated > 0;
}

/** The run has everything, as it says at or after an instant. */
export function caughtUpAfter(instant: number): (event: DrillEvent) => boolean {
  return ({ kind, at, state }) => kind === 'state' && state === 'ok' && at >= instant;
}

/** It waits for the disk, as it says at or after an instant. */
export function waitsForDisk(instant = 0): (event: DrillEvent) => boolean {
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
  const { papers, comparisons } = await storedOf(product, () => [{ id: SOURCE, ledger: ledger() }]);
  const verified = await product.run('verify');
  const examples = comparisons.flatMap(examplesOf);
  const attempted = comparisons.reduce((sum, comparison) => sum + comparison.attempted, 0);
  return {
    injected,
    wanted,
    traffic: ledger().exchanges.length,
    ...countsOf(comparisons),
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
    evidence: `${evidence}; ${String(papers.length)} of ${String(attempted)} records${examples.length > 0 ? ` (${examples.join(', ')})` : ''}`,
  };
}

/** Waits for real. @throws when the signal is aborted */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal });
}
