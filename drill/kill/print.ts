import type { KillReport } from './kill-drill.ts';
import type { SweepReport } from './sweep.ts';
import { PHASES } from './plan.ts';
import { table } from './table.ts';

/** Prints what a drill of random kills showed; returns it. */
export function printKillReport(report: KillReport): KillReport {
  const rows = report.campaigns.map((campaign, index) => [
    index + 1,
    campaign.corpus.kind,
    campaign.records,
    campaign.kills.length,
    campaign.lost.length,
    campaign.duplicated.length,
    campaign.unexpected.length,
    campaign.refetched.reduce((sum, pages) => sum + pages, 0),
    Math.max(0, ...campaign.refetched),
    campaign.lastRun ?? 'killed',
    campaign.verify ?? 'killed',
  ]);
  const head = ['list', 'kind', 'records', 'kills', 'lost', 'duplicated', 'unexpected', 'refetched'];
  say(table([...head, 'most a kill', 'run', 'verify'], rows));
  say('');
  const { hits, targets } = report;
  say(
    table(
      ['last step entered', 'kills'],
      PHASES.map((phase) => [phase, hits[phase]]),
    ),
  );
  say('');
  const sum = (of: (campaign: KillReport['campaigns'][number]) => number): number =>
    report.campaigns.reduce((total, campaign) => total + of(campaign), 0);
  say(
    `${report.kills} kills (${targets.tree} of the tree, ${targets.engine} of the engine alone), ` +
      `lost ${sum(({ lost }) => lost.length)}, duplicated ${sum(({ duplicated }) => duplicated.length)}, ` +
      `unexpected ${sum(({ unexpected }) => unexpected.length)}, ` +
      `pages fetched again ${sum(({ refetched }) => refetched.reduce((a, b) => a + b, 0))}.`,
  );
  ending(report.problems, `npm run kill -- --kills ${report.kills} --seed ${report.seed}`);
  return report;
}

/** Prints what a sweep over system calls showed; returns it. */
export function printSweepReport(report: SweepReport): SweepReport {
  say(
    table(
      ['files', 'system call', 'points'],
      report.series.map(({ files, call, points }) => [files, call, points]),
    ),
  );
  say('');
  const points = report.series.reduce((sum, series) => sum + series.points, 0);
  say(`${points} points, each killed, started again, completed and checked.`);
  ending(report.problems, 'npm run kill -- --sweep');
  return report;
}

function ending(problems: readonly string[], again: string): void {
  for (const problem of problems) say(`VIOLATED: ${problem}`);
  say(problems.length === 0 ? 'Everything holds.' : `Once more: ${again}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
