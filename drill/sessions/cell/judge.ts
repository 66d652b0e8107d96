import type { SessionStats } from '@holdfast/resilience/session';
import type { Cell } from '../cells.ts';
import type { Row } from '../row.ts';
import type { Opened } from '../drivers/driver.ts';
import type { PortalEntry } from './portal.ts';
import type { Proof } from './strikes.ts';
import type { WorkloadResult } from './workload.ts';

const GRACE_MS = 1_000;

/** What is known of a row when it has been played. */
export interface Played {
  readonly cell: Cell;
  readonly outcome: { readonly result: WorkloadResult } | { readonly error: unknown };
  readonly proof: Proof;
  readonly stats: SessionStats;
  readonly opened: Opened;
  readonly ledger: readonly PortalEntry[];
  readonly overdueMs: number;
}

/** Compares what the program believes with what the portal saw. */
export function judge(played: Played): Row {
  const { cell, outcome, proof, stats, overdueMs } = played;
  const messages = messagesOf(played);
  const problems = [
    ...('missed' in proof ? [proof.missed] : []),
    ...('error' in outcome ? [`the work did not finish: ${sentence(outcome.error)}`] : []),
    ...sessionProblems(played),
    ...messages.problems,
    ...(overdueMs > GRACE_MS ? [`a call went ${overdueMs} ms beyond its deadline`] : []),
  ];
  const verdict = problems.length > 0 ? 'invalid' : 'valid';
  return {
    ...cell,
    verdict: 'missed' in proof ? 'unknown' : verdict,
    fired: 'missed' in proof ? null : proof.fired,
    problems,
    opens: stats.opens,
    failedOpens: stats.failedOpens,
    reattaches: stats.reattaches,
    losses: stats.losses,
    viewLosses: stats.viewLosses,
    logins: stats.logins,
    recoveryMs: stats.recoveryMs.length === 0 ? null : Math.round(Math.max(...stats.recoveryMs)),
    overdueMs: Math.max(0, overdueMs),
    ...messages.counts,
  };
}

function sessionProblems({ cell, stats, opened }: Played): string[] {
  const { opens, failedOpens, reattaches, losses, recycles } = stats;
  const problems: string[] = [];
  if (opens + reattaches !== losses + recycles + 1) {
    problems.push(
      `${opens} opens and ${reattaches} reattaches for ${losses} losses and ${recycles} recycles`,
    );
  }
  // However many tasks lost it: one try at a time, and none but those that were counted.
  if (opened.together > 1) problems.push(`${opened.together} resources were opened at the same time`);
  if (opened.calls > opens + failedOpens) {
    problems.push(`opened ${opened.calls} times for ${opens} opens and ${failedOpens} failed tries`);
  }
  // Shorter than the patience of the probe, and nothing else was wrong.
  const waitedFor = cell.fault === 'frozen' && ['idle', 'navigation', 'evaluate'].includes(cell.phase);
  if (waitedFor && losses > 0) problems.push('a browser that only stood still was replaced');
  return problems;
}

function messagesOf({ outcome, ledger }: Played): {
  readonly problems: string[];
  readonly counts: Pick<Row, 'sent' | 'twice' | 'lost' | 'inDoubt'>;
} {
  const sent = new Map<string, number>();
  for (const { kind, ...entry } of ledger) {
    if (kind !== 'message') continue;
    const reference = String(entry['reference']);
    sent.set(reference, (sent.get(reference) ?? 0) + 1);
  }
  const twice = [...sent].filter(([, count]) => count > 1).map(([reference]) => reference);
  if ('error' in outcome) {
    const problems = twice.map((reference) => `message ${reference} was sent twice`);
    return { problems, counts: { sent: sent.size, twice: twice.length, lost: 0, inDoubt: 0 } };
  }
  const { verified, blind, report } = outcome.result;
  const doubted = (reference: string): boolean => {
    const [name, page] = reference.split('-');
    return report.inDoubt.includes(`page/${page}/${name}`);
  };
  const lost = [...verified, ...blind].filter((each) => !sent.has(each) && !doubted(each));
  const problems = [
    ...twice.map((reference) => `message ${reference} was sent twice`),
    ...lost.map((reference) => `message ${reference} was never sent`),
    ...verified
      .filter(doubted)
      .map((reference) => `message ${reference} is in doubt, though it can be looked up`),
  ];
  const counts = { sent: sent.size, twice: twice.length, lost: lost.length, inDoubt: report.inDoubt.length };
  return { problems, counts };
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `${String(error.code)}: ` : '';
  const cause = error.cause instanceof Error ? ` (${error.cause.message.split('\n')[0] ?? ''})` : '';
  const members = error instanceof AggregateError ? `: ${error.errors.map(sentence).join('; ')}` : '';
  return `${code}${error.message.split('\n')[0] ?? ''}${cause}${members}`;
}
