import { join } from 'node:path';
import { compare } from './compare.ts';
import type { Comparison } from './compare.ts';
import { makeHome } from './home.ts';
import type { Home } from './home.ts';
import { live } from './life.ts';
import type { Kill } from './life.ts';
import { PHASES, planLife } from './plan.ts';
import type { Phase } from './plan.ts';
import { mustRun, run } from './process.ts';
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
  /** Pages fetched again after each kill. */
  readonly refetched: readonly number[];
  /** Exit code of the run that completed the harvest. */
  readonly lastRun: number | null;
  /** Exit code of `verify`. */
  readonly verify: number | null;
}

/** Harvests one list, killed at most `most` times, and checks the outcome. `hits` counts the kills of all lists. */
export async function killCampaign(
  folder: string,
  corpus: Corpus,
  options: { readonly dice: Dice; readonly most: number; readonly hits: Record<Phase, number> },
): Promise<Campaign> {
  const undisturbed = await harvestInPeace(join(folder, 'undisturbed'), corpus);
  const ledgerFile = join(folder, 'ledger.jsonl');
  const simulator = await startSimulator(corpus, ledgerFile);
  try {
    const home = makeHome(join(folder, 'killed'), simulator);
    const kills = await killAgainAndAgain(home, options);
    const lastRunAt = Date.now();
    const last = await run([...home.config, 'run', '--once', '--deadline', '2m'], { env: home.env });
    const ledger = readLedger(ledgerFile);
    const exported = await exportAll(home);
    const killedAt = kills.map(({ at }) => at);
    return {
      corpus,
      kills,
      records: exported.split('\n').length - 1,
      ...compare(ledger, exported, undisturbed.exported),
      refetched: refetchedAfter(ledger, undisturbed, killedAt, lastRunAt),
      lastRun: last.code,
      verify: (await run([...home.config, 'verify'], { env: home.env })).code,
    };
  } finally {
    await simulator.stop();
  }
}

/** No kills at all yet. */
export function noHits(): Record<Phase, number> {
  return Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
}

async function killAgainAndAgain(
  home: Home,
  { dice, most, hits }: { readonly dice: Dice; readonly most: number; readonly hits: Record<Phase, number> },
): Promise<readonly Kill[]> {
  const kills: Kill[] = [];
  for (let life = 1; kills.length < most; life += 1) {
    const plan = planLife(dice, hits, most - kills.length);
    const lived = await live(home, plan, `life-${life}`);
    for (const kill of lived.kills) {
      kills.push(kill);
      hits[kill.phase] += 1;
    }
    if (lived.caughtUp) break;
  }
  return kills;
}

/** The measure: the same list, harvested by one run that nobody kills, and looked at again by a second. */
async function harvestInPeace(
  folder: string,
  corpus: Corpus,
): Promise<Undisturbed & { readonly exported: string }> {
  const simulator = await startSimulator(corpus, `${folder}.jsonl`);
  try {
    const home = makeHome(folder, simulator);
    const once = [...home.config, 'run', '--once', '--deadline', '2m'];
    await mustRun(once, { env: home.env });
    const firstRun = readLedger(simulator.ledgerFile);
    await mustRun(once, { env: home.env });
    const secondRun = readLedger(simulator.ledgerFile).slice(firstRun.length);
    return { firstRun, secondRun, exported: await exportAll(home) };
  } finally {
    await simulator.stop();
  }
}

function exportAll(home: Home): Promise<string> {
  return mustRun([...home.config, 'export', '--format', 'jsonl', '--all-versions'], { env: home.env });
}
