import type { Row } from '../../judge.ts';
import { needsOf } from '../claim.ts';
import { escape } from '../escape.ts';
import { count, duration } from '../format.ts';
import { grouped } from '../groups.ts';
import { MARKS, WORDS } from '../style.ts';

/** A table for each group: what was done, what must hold, and what was seen. */
export function tablesOf(rows: readonly Row[]): string {
  return grouped(rows)
    .map(([title, group], index) => {
      const id = `group-${String(index)}`;
      return `<h3 id="${id}">${escape(title)}</h3>${table(id, group)}`;
    })
    .join('\n');
}

const FIGURES = [
  ['Fired', (row: Row) => `×${count(row.injected)}`],
  ['Detected', (row: Row) => duration(row.detectMs)],
  ['Recovered', (row: Row) => duration(row.recoverMs)],
  ['Lost', (row: Row) => count(row.lost)],
  ['Doubled', (row: Row) => count(row.duplicated)],
  ['Wasted', (row: Row) => (row.requestsWasted === null ? '–' : count(row.requestsWasted))],
] as const;

function table(id: string, rows: readonly Row[]): string {
  const heads = FIGURES.map(([label]) => `<th scope="col" class="figure">${label}</th>`).join('');
  return [
    `<div class="wide" role="region" tabindex="0" aria-labelledby="${id}"><table class="rows" aria-labelledby="${id}">`,
    `<thead><tr><th scope="col">Row</th><th scope="col">Verdict</th>${heads}<th scope="col">What was done, must hold, was seen</th></tr></thead>`,
    `<tbody>${rows.map(line).join('\n')}</tbody></table></div>`,
  ].join('\n');
}

function line(row: Row): string {
  const { name, verdict, about, holds, evidence } = row;
  const isPlayed = verdict !== 'not-covered';
  const figures = FIGURES.map(
    ([label, of]) => `<td class="figure" data-label="${label}">${isPlayed ? of(row) : '–'}</td>`,
  ).join('');
  const seen = isPlayed ? evidence : `Needs ${needsOf(row)}.`;
  return [
    `<tr class="is-${verdict}"><th scope="row">${escape(name)}</th>`,
    `<td><span class="mark"><span aria-hidden="true">${MARKS[verdict]} </span>${WORDS[verdict]}</span></td>${figures}`,
    `<td class="text"><p>${escape(about)}</p><p class="soft">${escape(holds)}</p>`,
    `${seen === '' ? '' : `<p>${escape(seen)}</p>`}</td></tr>`,
  ].join('');
}
