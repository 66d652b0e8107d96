import { isLate } from '../../status/degraded.ts';
import type { SourceStatus, StatusReport } from '../../status/status-report.ts';
import { dayBar, LEGEND } from './day-bar.ts';
import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';
import { stateBadge, TONES } from './marks.ts';
import { countdown } from './time.ts';
import { grouped, span } from './words.ts';

/** Every source in a row; on a narrow screen each row is a card. Roles are named, since cards are no table to a browser. */
export function sourcesTable({ sources, timeline }: StatusReport): Html {
  return html`<table role="table" class="sources" aria-labelledby="sources-title">
      <thead role="rowgroup">
        <tr role="row">
          ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${ordered(sources).map((source) => row(source, timeline.slotSeconds))}
      </tbody>
    </table>
    <ul class="legend" aria-label="What the bars mean">
      ${LEGEND.map(
        ([letter, words]) =>
          html`<li>
            <svg class="key" aria-hidden="true" viewBox="0 0 12 20">
              <rect
                class="t-${letter}"
                y="${20 - keyHeight(letter)}"
                width="12"
                height="${keyHeight(letter)}"
              /></svg
            >${words}
          </li>`,
      )}
    </ul>`;
}

const COLUMNS = ['Source', 'State', 'Last 24 hours', 'Fresh', 'Records', 'Next try'] as const;

/** What needs attention comes first; else as configured. */
function ordered(sources: readonly SourceStatus[]): SourceStatus[] {
  const rank = (source: SourceStatus): number =>
    isLate(source) ? 0 : TONES[source.state] === 'wait' ? 1 : source.state === 'disabled' ? 3 : 2;
  return sources.toSorted((a, b) => rank(a) - rank(b));
}

function row(source: SourceStatus, slotSeconds: number): Html {
  const { id, kind, state, reason, recordsTotal } = source;
  const why = state === 'ok' || reason === '' ? null : html`<bdi class="why">${reason}</bdi>`;
  return html`<tr role="row">
    <th role="rowheader" scope="row">${id}<span class="note">${kind}</span></th>
    <td role="cell" data-label="State">${stateBadge(state)}${why}</td>
    <td role="cell" data-label="24 hours">${dayBar(source.timeline, slotSeconds)}</td>
    <td role="cell" data-label="Fresh">${freshness(source)}</td>
    <td role="cell" data-label="Records" class="number">${grouped(recordsTotal)}</td>
    <td role="cell" data-label="Next try">${nextTry(source)}</td>
  </tr> `;
}

/** The last answer and how far the data reach are two things: a quiet weekend is no fault. */
function freshness({ freshness: { stalenessSeconds, lagSeconds, late } }: SourceStatus): Html {
  const lag = lagSeconds === null ? null : html`<span class="note">data up to ${span(lagSeconds)} ago</span>`;
  const answer = stalenessSeconds === null ? 'never yet' : `${span(stalenessSeconds)} ago`;
  return html`${answer}${late ? html` <strong class="late">late</strong>` : null}${lag}`;
}

function nextTry({ nextAttemptAt, attempt }: SourceStatus): Html {
  const when = nextAttemptAt === null ? html`–` : countdown(nextAttemptAt);
  return attempt === 0 ? when : html`${when}<span class="note">try ${attempt}</span>`;
}

const KEY_HEIGHTS: Readonly<Record<string, number>> = { c: 17, w: 12, b: 8, p: 4, u: 2 };

function keyHeight(letter: string): number {
  return KEY_HEIGHTS[letter] ?? 20;
}
