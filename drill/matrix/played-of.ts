import { eventsOf } from '../checker/events.ts';
import { check, type Check, type Played } from '../fault.ts';
import type { ExportedLine, GapLine, Installation, QuarantineLine } from '../product/installation.ts';
import type { Stage } from '../stage.ts';
import { cleanWalk, mostRequests, type CleanWalk } from './clean-walk.ts';
import { countRow, sumCounts, type Counts } from './counts.ts';
import { firedIn } from './fired.ts';
import { hashesHold } from './hashes.ts';
import { spaced } from './ledger-checks.ts';
import type { Evidence, Outcome, Row, UpstreamSpec } from './row.ts';
import { intervalOf, sourceId } from './source-of.ts';
import { timesOf } from './times.ts';
import type { Upstreams } from './upstreams-of.ts';

/** What a product holds when everything was played; of all its sources. */
export interface Shown {
  readonly papers: readonly ExportedLine[];
  readonly gaps: readonly GapLine[];
  readonly quarantine: readonly QuarantineLine[];
  /** What `run` printed. */
  readonly output: string;
}

/** What the product shows now. */
export async function shownBy(product: Installation, output: string): Promise<Shown> {
  const [papers, gaps, quarantine] = await Promise.all([
    product.papers(),
    product.gaps(),
    product.quarantine(),
  ]);
  return { papers, gaps, quarantine, output };
}

/** One row that was played: its upstreams, and the place of its first source among those of the product. */
export interface PlayedRow {
  readonly row: Row;
  readonly upstreams: Upstreams;
  readonly first: number;
  readonly product: Installation;
  readonly outcome: Outcome;
}

/** Counts what a row proves, by its upstreams' ledgers and by what the product shows of its sources. */
export async function playedOf(played: PlayedRow, shown: Shown, stage: Stage): Promise<Played> {
  const { row, upstreams, first, product, outcome } = played;
  const { specs, answerWith } = upstreams;
  const ledgers = upstreams.ledgers();
  const ids = specs.map((_, index) => sourceId(first + index));
  const isOurs: Evidence['isOurs'] = ({ source }) => ids.includes(source);
  const counts = countAll(row, ledgers, ids, shown, outcome);
  const clean = row.play === undefined ? await cleanWalk(stage, specs) : null;
  const wasted = clean === null ? null : counts.requests - clean.requests;
  const events = eventsOf(shown.output).filter(
    ({ source }) => typeof source !== 'string' || isOurs({ source }),
  );
  const { injected, wanted } = firedIn(row, specs, ledgers, outcome);
  return {
    injected,
    wanted,
    traffic: counts.requests,
    lost: counts.lost,
    duplicated: counts.duplicated,
    unexpected: counts.unexpected,
    // A run that had to end with its work undone, because the fault goes on, has recovered when it says so.
    recovered: outcome.exit === (row.expect?.exit ?? 0),
    ...timesOf(events, ledgers),
    requestsWasted: wasted,
    checks: [
      ...expected(row, outcome, counts, wasted),
      ...cleanChecks(clean, specs),
      hashesHold(shown.papers.filter(isOurs)),
      ...ledgers.map((ledger, index) => spaced(ledger, intervalOf(specs[index]))),
      ...outcome.checks,
      ...((await row.check?.({ ledgers, product, isOurs, answerWith })) ?? []),
    ],
    evidence: evidenceOf(counts, outcome),
  };
}

function countAll(
  row: Row,
  ledgers: Evidence['ledgers'],
  ids: readonly string[],
  { papers, gaps, quarantine }: Shown,
  { exit }: Outcome,
): Counts {
  const owed = row.expect?.exit === 69 && exit === 69;
  return sumCounts(
    ledgers.map((ledger, index) => {
      const isOf = ({ source }: { readonly source: string }): boolean => source === ids[index];
      const shown = {
        papers: papers.filter(isOf),
        gaps: gaps.filter(isOf),
        quarantine: quarantine.filter(isOf),
      };
      return countRow(ledger, shown, { withholds: false, owed });
    }),
  );
}

/** A product that errs without any fault must not hide behind a comparison with itself. */
function cleanChecks(clean: CleanWalk | null, specs: readonly UpstreamSpec[]): readonly Check[] {
  if (clean === null) return [];
  const { exit, requests } = clean;
  const most = mostRequests(specs);
  return [
    check('the same walk without the fault ends well', exit === 0, exit, 'I6'),
    ...(most === null
      ? []
      : [check(`and needs at most ${String(most)} requests`, requests <= most, requests, 'I8')]),
  ];
}

function expected(row: Row, { exit }: Outcome, counts: Counts, wasted: number | null): readonly Check[] {
  const wanted = { exit: 0, gaps: 0, quarantined: 0, ...row.expect };
  const { wastedAtMost } = wanted;
  const { gaps, quarantined, examples } = counts;
  return [
    check(`run --once ends with ${String(wanted.exit)}`, exit === wanted.exit, exit, 'I6'),
    check(`${String(wanted.gaps)} gaps are listed`, gaps === wanted.gaps, gaps, 'I1'),
    check(
      `${String(wanted.quarantined)} records are in the quarantine`,
      quarantined === wanted.quarantined,
      quarantined,
    ),
    check('every identifier is accounted for', examples.length === 0, examples.join(', '), 'I1'),
    ...(wastedAtMost === undefined || wasted === null
      ? []
      : [check(`at most ${String(wastedAtMost)} requests are wasted`, wasted <= wastedAtMost, wasted, 'I8')]),
  ];
}

function evidenceOf(counts: Counts, { exit }: Outcome): string {
  const { upstream, store, requests, gaps, quarantined } = counts;
  return [
    `${String(store)} of ${String(upstream)} records by ${String(requests)} requests`,
    ...(gaps > 0 ? [`${String(gaps)} gaps`] : []),
    ...(quarantined > 0 ? [`${String(quarantined)} in the quarantine`] : []),
    `exit ${String(exit)}`,
  ].join(', ');
}
