import type { Cell } from './play.ts';
import { namesOf, notCovered, rowsOf, type Frame } from './table.ts';

/** The cells as the table of `docs/guide/comparison.html`; a loss that was reported as success is bold, with a star. */
export function htmlOf(cells: readonly Cell[], frame: Frame): string {
  const { at, node, machine, seed, records } = frame;
  const head = ['one fault, once', ...namesOf(cells)].map((name) => `<th scope="col">${escaped(name)}</th>`);
  const rows = rowsOf(cells).map(
    ({ about, cells: row }) => `<tr><th scope="row">${escaped(about)}</th>${row.map(cellOf).join('')}</tr>`,
  );
  const told = `${at.slice(0, 10)}, ${machine}, Node ${node}, ${String(records)} records, seed ${String(seed)}`;
  const missing = notCovered(cells);
  return [
    '<div class="wide" tabindex="0">',
    '<table>',
    `<thead><tr>${head.join('')}</tr></thead>`,
    '<tbody>',
    ...rows,
    '</tbody>',
    '</table>',
    '</div>',
    `<p class="soft">${escaped(told)}. –: its list cannot have this fault, or it was not covered.</p>`,
    ...(missing.length === 0 ? [] : [`<p class="soft">Not covered: ${escaped(missing.join('; '))}.</p>`]),
    '',
  ].join('\n');
}

function cellOf(cell: Cell | undefined): string {
  if (cell === undefined || cell.missing !== null) return '<td>–</td>';
  const { kept, repeated, exit, silent } = cell;
  const twice = repeated > 0 ? `, ${String(repeated)} twice` : '';
  const end = exit === 'hangs' ? 'hangs' : `exit ${String(exit)}`;
  const text = `${String(kept)}${twice}, ${end}`;
  return silent ? `<td class="silent">${text} *</td>` : `<td>${text}</td>`;
}

/** Names and versions come from the command line and from the machine. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
