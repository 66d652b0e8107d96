import { availableParallelism } from 'node:os';
import { check, type Fault, type Played } from '../../fault.ts';
import { killDrill } from '../../kill/kill-drill.ts';
import type { Campaign } from '../../kill/campaign.ts';
import type { Stage } from '../../stage.ts';

const KILLS = { quick: 6, full: 1_000 } as const;
const STEPS = ['fetch', 'parse', 'transaction', 'committed'] as const;

/** SIGKILL at random moments of the path of a page. */
export const randomKills: Fault = {
  name: 'random kills',
  layer: 'crash-points',
  about:
    'the engine alone, or the whole tree, is killed at random moments of every step of a page, 6 times with --quick and 1,000 times with --full',
  holds: 'nothing is lost, doubled or changed, and each kill costs one page at most',
  quick: true,
  missing: () => (process.platform === 'win32' ? 'process groups, which Windows does not have' : null),
  limitMs: 40 * 60_000,
  play,
};

async function play(stage: Stage): Promise<Played> {
  const { size, seed, folder, signal } = stage;
  const wanted = KILLS[size];
  let told = 0;
  const report = await killDrill({
    kills: wanted,
    seed,
    folder,
    signal,
    // A life is a good part of waiting: for starts, for the upstream, for the disk.
    ...(size === 'quick' ? { records: 100 } : {}),
    atOnce: size === 'quick' ? 1 : availableParallelism() + 1,
    onCampaign: (_, done) => {
      if (size === 'quick' || done - told < 50) return;
      told = done;
      stage.say(`${String(done)} of ${String(wanted)} kills`);
    },
  });
  const { campaigns, kills, hits, targets, problems } = report;
  const sum = (of: (campaign: Campaign) => number): number =>
    campaigns.reduce((total, campaign) => total + of(campaign), 0);
  const refetched = campaigns.flatMap((campaign) => campaign.refetched);
  // So few kills cannot hit every step; what each of them did is judged all the same.
  const serious = size === 'quick' ? problems.filter((problem) => !problem.startsWith('only ')) : problems;
  return {
    injected: kills,
    wanted,
    traffic: sum(({ requests }) => requests),
    lost: sum(({ lost }) => lost.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    unexpected: sum(({ unexpected }) => unexpected.length),
    recovered: campaigns.every(({ lastRun }) => lastRun === 0),
    detectMs: null,
    recoverMs: null,
    requestsWasted: refetched.reduce((total, pages) => total + pages, 0),
    checks: [
      check(
        'every list is complete and whole afterwards',
        serious.length === 0,
        serious.slice(0, 3).join('; '),
      ),
      check('a kill costs one page at most', Math.max(0, ...refetched) <= 1, Math.max(0, ...refetched)),
      ...(size === 'quick'
        ? []
        : STEPS.map((step) => check(`kills hit the step ${step}`, hits[step] >= report.needed, hits[step]))),
    ],
    evidence: `${String(kills)} SIGKILLs (${String(targets.tree)} of the tree, ${String(targets.engine)} of the engine) in ${Object.entries(
      hits,
    )
      .map(([step, times]) => `${step} ${String(times)}`)
      .join(', ')}; ${String(campaigns.length)} lists`,
    counts: { kills },
  };
}
