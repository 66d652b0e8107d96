import type { Related } from '../../store/port.ts';
import { plain } from '../terminal/escape.ts';
import type { Look } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { wrap } from '../terminal/wrap.ts';

/** Where else the work is, and where it may be. */
export function relatedLines({ exact, candidates }: Related, look: Look): readonly string[] {
  return [
    ...block('Also as', exact, look, true),
    ...block('Perhaps the same: equal title, first author and year', candidates, look, false),
  ];
}

function block(heading: string, found: Related['exact'], look: Look, tellsWhy: boolean): readonly string[] {
  if (found.length === 0) return [];
  const rows = found.flatMap(({ source, id, by }) => {
    const why = tellsWhy ? `, by ${by}` : '';
    return wrap(plain(`${source} ${id}${why}`), look.columns - 2).map((line) => `  ${line}`);
  });
  return ['', paint(look, 'bold', heading), ...rows];
}
