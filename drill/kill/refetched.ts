import type { LedgerLine } from './simulator.ts';

/** One page that was served whole: when, and its rows by the list that they were asked for in. */
interface Page {
  readonly at: number;
  readonly rows: readonly string[];
}

/** A harvest that nobody disturbs: a run until it is caught up, and a second one that looks at the newest again. */
export interface Undisturbed {
  readonly firstRun: readonly LedgerLine[];
  readonly secondRun: readonly LedgerLine[];
}

/**
 * How many pages each kill made the harvester ask for again.
 *
 * The measure is the undisturbed harvest of the same list, planned second looks included: each look there lists
 * each row so many times. A page served whole that has a row which this look has listed so often already was
 * fetched again, and is charged to the last kill before it. Rows and not URLs are compared, because the tokens
 * in the URLs are others each time.
 *
 * @param kills wall ms by which each victim was dead
 * @param lastRunAt wall ms at which the run began that completes the harvest; like the second run of the measure
 *   it looks at the newest again
 */
export function refetchedAfter(
  disturbed: readonly LedgerLine[],
  undisturbed: Undisturbed,
  kills: readonly number[],
  lastRunAt: number,
): readonly number[] {
  const allowed = counted(pagesOf(undisturbed.firstRun));
  const again = counted(pagesOf(undisturbed.secondRun));
  const seen = new Map<string, number>();
  const charged = kills.map(() => 0);
  let inLastRun = false;
  for (const { at, rows } of pagesOf(disturbed)) {
    if (!inLastRun && at >= lastRunAt) {
      inLastRun = true;
      // What was fetched again before is charged already, and takes nothing from the last run's share.
      for (const [row, times] of seen) allowed.set(row, Math.max(times, allowed.get(row) ?? 0));
      for (const [row, times] of again) allowed.set(row, (allowed.get(row) ?? 0) + times);
    }
    const isAgain = rows.filter((row) => add(seen, row) > (allowed.get(row) ?? 0)).length > 0;
    if (!isAgain) continue;
    const kill = Math.max(
      0,
      kills.findLastIndex((each) => each <= at),
    );
    charged[kill] = (charged[kill] ?? 0) + 1;
  }
  return charged;
}

function pagesOf(ledger: readonly LedgerLine[]): readonly Page[] {
  const lists = new Map<number, string>();
  const pages: Page[] = [];
  for (const { type, n = 0, at = 0, url, verb = '', status, served = [], aborted } of ledger) {
    if (type === 'request' && url !== undefined) lists.set(n, listOf(verb, url));
    if (type === 'response' && status === 200 && served.length > 0 && aborted !== true)
      pages.push({ at, rows: served.map((id) => `${lists.get(n) ?? ''} ${id}`) });
  }
  return pages;
}

/**
 * What tells one look from another: the format in arXiv's URLs and tokens, the range in bioRxiv's paths without
 * the offset, the verb in OAI-PMH, whose tokens are opaque.
 */
function listOf(verb: string, url: string): string {
  const offset = /^(\/\w+\/\w+\/[\d-]+\/[\d-]+)\/\d+/.exec(url)?.[1];
  return offset ?? `${verb}${url.includes('arXivRaw') ? ' raw' : ''}`;
}

function counted(pages: readonly Page[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rows } of pages) for (const row of rows) add(counts, row);
  return counts;
}

function add(counts: Map<string, number>, row: string): number {
  const times = (counts.get(row) ?? 0) + 1;
  counts.set(row, times);
  return times;
}
