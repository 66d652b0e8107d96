import { claimOf, mutantsOf, needsOf, outcomeOf, verdictsOf } from './claim.ts';
import { duration, plain, wrap } from './format.ts';
import type { Quantiles, Report } from './report.ts';
import { MARKS, type Style } from './style.ts';
import { WIDEST } from './terminal.ts';
import type { Verdict } from '../judge.ts';

/** How the foot is laid out, and what the drill was told. */
export interface FootOptions {
  readonly columns: number | undefined;
  readonly style: Style;
  /** Where the page was written; null = nowhere. */
  readonly html: string | null;
  /** So many rows of the whole catalogue were not asked for. */
  readonly further: number;
}

/** What stands below the rows: the whole in counts, what was not covered, and what to do next. */
export function footOf(report: Report, options: FootOptions): readonly string[] {
  const columns = Math.max(20, Math.min(WIDEST, options.columns ?? WIDEST));
  const { bold, verdict } = options.style;
  const { rows, seed, version, summary } = report;
  const whole = wholeOf(report);
  const mutants = mutantsOf(report);
  const said: readonly string[] = [
    verdictsOf(report),
    claimOf(report),
    ...(mutants === null ? [] : [mutants]),
    ...timesOf('time to detect', summary.detectMs),
    ...timesOf('time to recover, from the end of the fault', summary.recoverMs),
    `took ${duration(summary.tookMs)}; seed ${String(seed)}; holdfast ${version}; ${summary.machine}`,
  ];
  const uncovered = rows.filter((row) => row.verdict === 'not-covered');
  const broken = (text: string): readonly string[] => hanging(plain(text), columns);
  return [
    '',
    ...wrap(`${MARKS[whole]} ${outcomeOf(report)}`, columns).map((line) => verdict(whole, bold(line))),
    ...said.flatMap(broken),
    ...(uncovered.length === 0 ? [] : ['']),
    ...uncovered.flatMap((row) => broken(`not covered: ${row.name} (${needsOf(row)})`)),
    '',
    ...nextOf(report, options).flatMap(broken),
  ];
}

/** The verdict on the whole, as far as one mark can say it. */
export function wholeOf({ summary }: Report): Verdict {
  if (summary.invalid > 0) return 'invalid';
  const isDoubtful = summary.unknown > 0 || summary.interrupted || summary.unexcused.length > 0;
  return isDoubtful || summary.valid === 0 ? 'unknown' : 'valid';
}

function timesOf(what: string, times: Quantiles | null): readonly string[] {
  if (times === null) return [];
  const { p50, p95, max } = times;
  return [`${what}: p50 ${duration(p50)}, p95 ${duration(p95)}, longest ${duration(max)}`];
}

function nextOf({ rows, summary }: Report, { html, further }: FootOptions): readonly string[] {
  const worst =
    rows.find(({ verdict }) => verdict === 'invalid') ?? rows.find(({ verdict }) => verdict === 'unknown');
  const unexcused = summary.unexcused.map(
    (name) =>
      `HOLDFAST_REQUIRE_ALL: ${name} was not played, and drill/catalogue/not-covered.ts does not name it`,
  );
  return [
    ...unexcused,
    ...(worst === undefined ? [] : [`next: see it again by ${worst.replay}`]),
    html === null ? 'more: --html FILE writes all evidence as one page; --json tells all' : `page: ${html}`,
    ...(further === 0
      ? []
      : [`${String(further)} further rows: holdfast drill --full plays what this machine can do`]),
  ];
}

/** Broken lines are indented, so that each begins at the edge. */
function hanging(text: string, columns: number): readonly string[] {
  const [first = '', ...rest] = wrap(text, columns);
  return [first, ...rest.flatMap((line) => wrap(line, columns - 2)).map((line) => `  ${line}`)];
}
