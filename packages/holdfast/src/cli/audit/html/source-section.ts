import { shareOf, spansOf } from '../../../audit/report/index.ts';
import type { AuditRun } from '../../../model/audit.ts';
import type { Gap } from '../../../model/gap.ts';
import { html, type Html } from '../../../markup/html.ts';
import { grouped } from '../../status/quantities.ts';
import type { SourceReport } from '../source-report.ts';
import { costOf, METHODS, sampleSentence, STATES } from '../words.ts';
import { calendar } from './calendar.ts';

/** So many rows of each list are on the page; the rest is counted. */
const ROWS = 200;
const RUNS = 10;

/** A source: its figures, its calendar, what is open, and its audits. */
export function sourceSection(report: SourceReport, place: number): Html {
  const { id, facts, days } = report;
  const title = `source-${String(place)}`;
  return html`<section aria-labelledby="${title}">
    <h2 id="${title}">${id}${facts.kind === id ? null : html` <span class="soft">${facts.kind}</span>`}</h2>
    ${figures(report)}
    ${days.length === 0 ? html`<p>Nothing is known of it yet: it was never harvested.</p>` : calendar(days)}
    ${openDays(report)} ${gapTable(facts.gaps)} ${audits(report)}
  </section>`;
}

function figures({ coverage, until, facts }: SourceReport): Html {
  const open = facts.gaps.filter(({ state }) => state === 'open').length;
  const [run] = facts.audits;
  const figure = (name: string, value: string, note: string): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}<span class="note">${note}</span></dd>
    </div>`;
  return html`<dl class="facts">
    ${[
      figure(
        'Coverage',
        shareOf(coverage),
        `${grouped(coverage.complete)} of ${grouped(coverage.days - coverage.young)} days that are over`,
      ),
      figure('Complete to', until ?? '–', 'every day before it'),
      figure('Missing', grouped(open), `${grouped(facts.gaps.length - open)} more denied by the upstream`),
      figure('Oldest open day', coverage.oldestOpen ?? 'none', `${grouped(coverage.young)} not over yet`),
      figure(
        'Last audit',
        run === undefined ? 'none' : dayIn(run.startedAt),
        run === undefined
          ? 'second looks of the harvest only'
          : `${grouped(run.requests)} ${run.requests === 1 ? 'request' : 'requests'}`,
      ),
    ]}
  </dl>`;
}

function openDays({ days }: SourceReport): Html | null {
  const spans = spansOf(days).filter(({ verdict, due }) => due && verdict !== 'complete');
  if (spans.length === 0) return null;
  return html`<h3>Days that are not complete</h3>
    <table class="wide">
      <thead>
        <tr>
          <th scope="col">Days</th>
          <th scope="col">State</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${spans.slice(0, ROWS).map(
          ({ from, last, verdict, reason }) =>
            html`<tr>
              <td class="when">${from === last ? from : `${from} to ${last}`}</td>
              <td>${verdict}</td>
              <td>${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more(spans.length, 'holdfast audit --report --json')}`;
}

function gapTable(gaps: readonly Gap[]): Html | null {
  if (gaps.length === 0) return null;
  return html`<h3>Gaps</h3>
    <table class="wide">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">State</th>
          <th scope="col" class="number">Tries</th>
          <th scope="col">Since</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${gaps.slice(0, ROWS).map(
          ({ id, range, state, attempts, since, reason }) =>
            html`<tr>
              <td>
                ${id ?? (range === null ? '' : `${range.stream} ${range.from} to ${range.to ?? 'now'}`)}
              </td>
              <td>${state}</td>
              <td class="number">${grouped(attempts)}</td>
              <td class="when">${dayIn(since)}</td>
              <td>${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more(gaps.length, 'holdfast gaps --json')}`;
}

function audits({ facts, intervalMs }: SourceReport): Html | null {
  if (facts.audits.length === 0) return null;
  return html`<h3>Audits</h3>
    ${facts.audits.slice(0, RUNS).map((run) => auditOf(run, intervalMs))}`;
}

function auditOf(run: AuditRun, intervalMs: number): Html {
  const { startedAt, endedAt, state, range, methods, sample, note } = run;
  const span = endedAt === null ? dayIn(startedAt) : `${dayIn(startedAt)} to ${dayIn(endedAt)}`;
  return html`<div class="run">
    <p><b>${span}, ${STATES[state]}</b>: ${range.from} up to ${range.to}</p>
    <p>${methods.map((method) => METHODS[method]).join('; ')}</p>
    <p>
      ${grouped(run.listed)} listed, ${grouped(run.missing)} missing, ${grouped(run.probed)} probed of which
      ${grouped(run.absent)} absent; ${costOf(run, intervalMs)}
    </p>
    ${sample === null ? null : html`<p>${sampleSentence(sample)}</p>`}
    ${note === '' ? null : html`<p class="soft">${note}</p>`}
  </div>`;
}

function more(count: number, command: string): Html | null {
  if (count <= ROWS) return null;
  return html`<p class="soft">… and ${grouped(count - ROWS)} more: <code>${command}</code></p>`;
}

function dayIn(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
