import type { IncidentReport } from '../../status/status-report.ts';
import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';
import { countdown } from './time.ts';
import { capital, grouped, minuteOf, secondOf, span } from './words.ts';

/** So many sources of an incident are named. */
const NAMED = 5;

/** One row per cause: those that last before those that are over. */
export function incidentsTable(incidents: readonly IncidentReport[]): Html {
  if (incidents.length === 0) return html`<p>None lasts, and none was in the last 24 hours.</p>`;
  const rows = incidents.toSorted((a, b) => Number(a.state !== 'open') - Number(b.state !== 'open'));
  return html`<table role="table" class="incidents" aria-labelledby="incidents-title">
    <thead role="rowgroup">
      <tr role="row">
        ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(row)}
    </tbody>
  </table>`;
}

const COLUMNS = [
  'Cause',
  'Since (UTC)',
  'What is wrong and what is done',
  'Recovery',
  'Records late',
] as const;

function row(incident: IncidentReport): Html {
  const { cause, scope, state, startedAt, recoveredAt, detectMs, recoverMs, recordsAffected } = incident;
  const recovery =
    recoveredAt === null || recoverMs === null
      ? html`<strong class="late">lasts</strong>${next(incident)}`
      : html`after ${span(recoverMs / 1000)}<span class="note">${minuteOf(recoveredAt)}</span>`;
  return html`<tr role="row" class="${state}">
    <th role="rowheader" scope="row">${capital(cause)}<span class="note">${scope}</span></th>
    <td role="cell" data-label="Since">
      ${minuteOf(startedAt)}<span class="note">detected after ${span(detectMs / 1000)}</span>
    </td>
    <td role="cell" data-label="What">
      <bdi>${incident.summary}</bdi>${sources(incident)}${actions(incident)}
    </td>
    <td role="cell" data-label="Recovery">${recovery}</td>
    <td role="cell" data-label="Records late" class="number">${grouped(recordsAffected)}</td>
  </tr> `;
}

function next({ nextAttemptAt }: IncidentReport): Html | null {
  return nextAttemptAt === null ? null : html`<span class="note">next try ${countdown(nextAttemptAt)}</span>`;
}

function sources({ sources: ids, count }: IncidentReport): Html | null {
  const more = ids.length - NAMED;
  const names = `${ids.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const again = count > 1 ? `seen ${grouped(count)} times` : '';
  const note = [names, again].filter((text) => text !== '').join(' · ');
  return note === '' ? null : html`<span class="note">${note}</span>`;
}

function actions({ id, actions: done }: IncidentReport): Html | null {
  const last = done.at(-1);
  if (last === undefined) return null;
  return html`<details id="i-${id}">
    <summary>${last.what}</summary>
    <ol>
      ${done.map(({ at, what }) => html`<li><time datetime="${at}">${secondOf(at)}</time> ${what}</li>`)}
    </ol>
  </details>`;
}
