import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { shareOf, spansOf } from '../../audit/report/index.ts';
import { HoldfastError } from '../../model/error.ts';
import { write, writeLine } from '../io.ts';
import { grouped } from '../status/quantities.ts';
import { plain } from '../terminal/escape.ts';
import { paint, type Look } from '../terminal/style.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Call } from '../verb.ts';
import type { Asked } from './ask.ts';
import type { AuditOptions } from './options.ts';
import { reportRows } from './report-rows.ts';
import type { SourceReport } from './source-report.ts';
import { costOf, METHODS, sampleSentence, STATES } from './words.ts';

/** So many spans of days that are not complete are named before the rest is counted. */
const NAMED = 10;

/** Prints what is known: rows of JSON, or sentences; and writes the page when one is wanted. */
export async function printReport(
  { io, options, look }: Call<AuditOptions>,
  reports: readonly SourceReport[],
  asked: Asked | null,
  now: number,
): Promise<void> {
  if (options.json === true)
    await write(io.out, `${JSON.stringify(reportRows(reports, options.days === true), null, 2)}\n`);
  else {
    // What reads a pipe wants a fact a line.
    const shown = io.out.isTTY === true ? look : { ...look, columns: Number.MAX_SAFE_INTEGER };
    const lines = reports.flatMap((report) => [...sourceLines(report, shown, options.days === true), '']);
    await write(io.out, lines.map((line) => `${line}\n`).join(''));
    for (const line of closing(asked, reports)) await writeLine(io.err, line);
  }
  if (options.html === undefined) return;
  const { auditPage } = await import('./html/audit-page.ts');
  const file = resolve(io.cwd, options.html);
  await writePage(file, auditPage(reports, now));
  await writeLine(io.err, `The page is written: ${plain(file)}`);
}

async function writePage(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new HoldfastError('ERR_AUDIT_PAGE', `The page could not be written: ${file}`, {
      hint: 'Name a file in a folder that exists and that may be written to.',
      cause,
    });
  }
}

function sourceLines(report: SourceReport, look: Look, all: boolean): readonly string[] {
  const { id, days, coverage } = report;
  const isWhole = coverage.days > 0 && coverage.complete + coverage.young === coverage.days;
  const head = `${paint(look, isWhole ? 'green' : 'yellow', plain(id))}  ${coverageText(report)}`;
  const spans = spansOf(days).filter(({ verdict, due }) => all || (due && verdict !== 'complete'));
  const shown = all ? spans : spans.slice(0, NAMED);
  const open = shown.map(
    ({ from, last, verdict, reason, records }) =>
      `${from === last ? from : `${from} to ${last}`} ${verdict}: ${reason}${all ? ` (${grouped(records)} records)` : ''}`,
  );
  const more = spans.length - shown.length;
  return [
    head,
    ...[...facts(report), ...open, ...(more > 0 ? [`… and ${grouped(more)} more (--json lists all)`] : [])]
      .flatMap((text) => wrap(plain(text), Math.max(20, look.columns - 4)))
      .map((line) => `  ${line}`),
  ];
}

function coverageText({ coverage }: SourceReport): string {
  const { days, complete, young } = coverage;
  if (days === 0) return 'nothing is known of it yet: it was never harvested';
  const rest = days - complete - young;
  const notes = [
    ...(rest === 0 ? [] : [`${grouped(rest)} not complete`]),
    ...(young === 0 ? [] : [`${grouped(young)} not over yet`]),
  ];
  const over = days - young;
  const share = over === 0 ? 'no day is over yet' : `${shareOf(coverage)} of ${grouped(over)} days complete`;
  return `${share}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function facts({ facts: known, coverage, until, intervalMs }: SourceReport): readonly string[] {
  const open = known.gaps.filter(({ state }) => state === 'open');
  const absent = known.gaps.length - open.length;
  const records = open.filter(({ id }) => id !== null).length;
  const [run] = known.audits;
  return [
    ...(until === null ? [] : [`complete to ${until}: every day before it`]),
    `missing: ${grouped(records)} records, ${grouped(open.length - records)} ranges${absent === 0 ? '' : `; the upstream denies ${grouped(absent)} that were listed`}`,
    ...(coverage.oldestOpen === null ? [] : [`oldest open day: ${coverage.oldestOpen}`]),
    ...(run === undefined
      ? ['no audit so far: what is complete is so by a second look of the harvest']
      : [
          `last audit ${new Date(run.startedAt).toISOString().slice(0, 10)}, ${STATES[run.state]}: ${run.methods.map((method) => METHODS[method]).join('; ')}`,
          `${grouped(run.listed)} listed, ${grouped(run.missing)} missing${run.probed === 0 ? '' : `, ${grouped(run.probed)} probed of which ${grouped(run.absent)} absent`}; ${costOf(run, intervalMs)}`,
          ...(run.sample === null ? [] : [sampleSentence(run.sample)]),
          ...(run.note === '' ? [] : [run.note]),
        ]),
  ];
}

function closing(asked: Asked | null, reports: readonly SourceReport[]): readonly string[] {
  const left = asked?.runs.filter(({ state }) => state !== 'ended') ?? [];
  const later =
    asked?.by === 'engine'
      ? 'The engine goes on with it by itself; see: holdfast audit --report'
      : 'It goes on where it stands: holdfast audit';
  const unasked =
    asked === null || asked.isInterrupted || asked.isOutage
      ? []
      : reports.filter(({ id }) => !asked.runs.some(({ source }) => source === id));
  const open = reports.some(({ facts: { gaps } }) => gaps.some(({ state }) => state === 'open'));
  return [
    ...(asked?.isInterrupted === true
      ? [asked.by === 'engine' ? `No longer watched. ${later}` : `Paused. ${later}`]
      : []),
    ...(asked?.isOutage === true ? ['An upstream does not answer: its audit waits.'] : []),
    ...(asked !== null && !asked.isInterrupted && left.length > 0
      ? [`Not finished: ${left.map(({ source }) => plain(source)).join(', ')}. ${later}`]
      : []),
    ...(unasked.length === 0
      ? []
      : [
          `Not audited, since nothing of it is harvested yet: ${unasked.map(({ id }) => plain(id)).join(', ')}. First: holdfast run --once`,
        ]),
    ...(open ? ['What is missing is fetched while a harvest runs, or at once: holdfast audit --repair'] : []),
  ];
}
