import type { Ledger } from '../../upstream/ledger.ts';
import { firstLooks, walksOf, type ListWalk } from '../../upstream/walks.ts';
import { check, type Check } from '../../fault.ts';
import type { Row } from '../row.ts';

/** 20,000 arXiv papers, 15,000 of them on one datestamp, 2,500 a page: the offset walk of the original. */
function restamped(perPage: number): Row {
  return {
    name: `restamp-${String(perPage)}`,
    about: `15,000 papers on one stamp, ${String(perPage)} delivered ones stamped anew after every page`,
    upstreams: [
      {
        kind: 'arxiv',
        records: 20_000,
        pageSize: 2_500,
        faults: [],
        args: ['--one-stamp', '15000', '--restamp', String(perPage)],
      },
    ],
    deadline: '300s',
    happened: (ledger) => ledger.changes.filter(({ reason }) => reason === 'restamp').length,
    check: ({ ledgers: [ledger] }) => looksProve(ledger),
  };
}

/** The list changes while it is walked. */
export function restampRows(): readonly Row[] {
  return [1, 5, 25].map(restamped);
}

/**
 * By the ledger alone: the first look (ListRecords, prefix arXiv) misses papers; the second one has other URLs;
 * what both listed covers the truth.
 */
function looksProve(ledger: Ledger): readonly Check[] {
  const walks = walksOf(ledger);
  const isRecords = ({ verb, prefix }: ListWalk): boolean => verb === 'ListRecords' && prefix === 'arXiv';
  const first = firstLooks(walks.filter(isRecords));
  const second = walks.filter((walk) => !isRecords(walk));
  const [firstIds, secondIds] = [idsOf(first), idsOf(second)];
  const truth = [...ledger.truth.keys()];
  const missed = truth.filter((id) => !firstIds.has(id)).length;
  const covered = truth.filter((id) => firstIds.has(id) || secondIds.has(id)).length;
  const found = truth.filter((id) => !firstIds.has(id) && secondIds.has(id)).length;
  const firstUrls = new Set(first.flatMap(({ urls }) => [...urls]));
  const secondUrls = new Set(second.flatMap(({ urls }) => [...urls]));
  const inBoth = [...firstUrls].filter((url) => secondUrls.has(url)).length;
  const of = `of ${String(truth.length)}`;
  return [
    check(
      'the first look alone would have lost papers',
      missed > 0,
      `it listed ${String(firstIds.size)} ${of}, ${String(missed)} missed`,
    ),
    check(
      'the second look asked for other URLs',
      secondUrls.size > 0 && inBoth === 0,
      `${String(firstUrls.size)} and ${String(secondUrls.size)} URLs, ${String(inBoth)} in both`,
    ),
    check(
      'the sets of both looks cover the truth',
      covered === truth.length,
      `${String(firstIds.size)} and ${String(secondIds.size)} listed, together ${String(covered)} ${of}; ${String(found)} found by the second`,
    ),
  ];
}

function idsOf(walks: readonly ListWalk[]): ReadonlySet<string> {
  return new Set(walks.flatMap(({ ids }) => [...ids]));
}
