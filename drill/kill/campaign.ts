import { join } from 'node:path';
import { mustRun, runCommand } from '../product/run-command.ts';
import { compare } from './compare.ts';
import type { Comparison } from './compare.ts';
import { exportAll, makeHome, type Home } from './home.ts';
import { live } from './life.ts';
import type { Kill } from './life.ts';
import { PHASES, planLife } from './plan.ts';
import type { Phase } from './plan.ts';
import type { Dice } from './random.ts';
import { refetchedAfter } from './refetched.ts';
import type { Undisturbed } from './refetched.ts';
import { readLedger, startSimulator } from './simulator.ts';
import type { Corpus } from './simulator.ts';

/** What became of one list of records whose harvest was killed again and again. */
export interface Campaign extends Comparison {
  readonly corpus: Corpus;
  readonly records: number;
  readonly kills: readonly Kill[];
  /** What the upstream was asked. */
  readonly requests: number;
  /** Pages fetched again after each kill. */
  readonly refetched: readonly number[];
  /** Exit code of the run that completed the harvest. */
  readonly lastRun: number | null;
  /** Exit code of `verify`. */
  readonly verify: number | null;
}

/** What the lists of one drill share. */
export interface Shared {
  /** Kills of all lists, by the step that they hit. */
  readonly hits: Record<Phase, number>;
  /** Kills that are still to be given away; a list takes one as it plans it. */
  left: number;
  readonly signal?: AbortSignal | undefined;
}

/** An undisturbed harvest, with what it exported. */
export type Measure = Undisturbed & { readonly exported: string };

/** Harvests one list under kills until it is complete or there are no kills left, and checks the outcome. */
export async function killCampaign(
  folder: string,
  corpus: Corpus,
  { dice, shared, measure }: { readonly dice: Dice; readonly shared: Shared; readonly measure: Measure },
): Promise<Campaign> {
  const ledgerFile = join(folder, 'ledger.jsonl');
  const simulator = await startSimulator(corpus, ledgerFile, shared.signal);
  try {
    const home = makeHome(join(folder, 'killed'), simulator, { signal: shared.signal });
    const kills = await killAgainAndAgain(home, dice, shared);
    const lastRunAt = Date.now();
    const last = await runCommand([...home.config, 'run', '--once', '--deadline', '2m'], home);
    const ledger = readLedger(ledgerFile);
    const exported = await exportAll(home);
    const killedAt = kills.map(({ at }) => at);
    return {
      corpus,
      kills,
      records: exported.split('\n').length - 1,
      requests: ledger.filter(({ type }) => type === 'request').length,
      ...compare(ledger, exported, measure.exported),
      refetched: refetchedAfter(ledger, measure, killedAt, lastRunAt),
      lastRun: last.code,
      verify: (await runCommand([...home.config, 'verify'], home)).code,
    };
  } finally {
    await simulator.stop();
  }
}

/** No kills at all yet. */
export function noHits(): Record<Phase, number> {
  return Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
}

async function killAgainAndAgain(home: Home, dice: Dice, shared: Shared): Promise<readonly Kill[]> {
  const kills: Kill[] = [];
  for (let life = 1; shared.left > 0; life += 1) {
    shared.signal?.throwIfAborted();
    const plan = planLife(dice, shared.hits, shared.left);
    shared.left -= plan.length;
    const lived = await live(home, plan, `life-${life}`);
    shared.left += plan.length - lived.kills.length;
    for (const kill of lived.kills) {
      kills.push(kill);
      shared.hits[kill.phase] += 1;
    }
    if (lived.caughtUp) break;
  }
  return kills;
}

/** The measure: the same list, harvested by one run that nobody kills, and looked at again by a second. */
export async function harvestInPeace(folder: string, corpus: Corpus, signal?: AbortSignal): Promise<Measure> {
  const simulator = await startSimulator(corpus, `${folder}.jsonl`, signal);
  try {
    const home = makeHome(folder, simulator, { signal });
    const once = [...home.config, 'run', '--once', '--deadline', '2m'];
    await mustRun(once, home);
    const firstRun = readLedger(simulator.ledgerFile);
    await mustRun(once, home);
    const secondRun = readLedger(simulator.ledgerFile).slice(firstRun.length);
    return { firstRun, secondRun, exported: await exportAll(home) };
  } finally {
    await simulator.stop();
  }
}
