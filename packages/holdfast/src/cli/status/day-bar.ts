import { worseSlot } from '../../model/timeline.ts';
import type { Look } from '../terminal/style.ts';

/** Shapes by letter of the timeline: the lower, the worse; what was our own doing is hatched. */
const SHAPES: Readonly<Record<string, string>> = {
  o: '▇',
  c: '▆',
  w: '▄',
  t: '▄',
  s: '▃',
  a: '▂',
  b: '▂',
  f: '░',
  z: '░',
  p: '-',
  d: '-',
};

/** The last day of a source, a column per hour, the newest last. Without shapes, the letters of the timeline. */
export function dayBar(timeline: string, look: Pick<Look, 'fancy'>): string {
  const letters = Array.from({ length: Math.ceil(timeline.length / 2) }, (_, hour) =>
    worseSlot(timeline[2 * hour] ?? '.', timeline[2 * hour + 1] ?? '.'),
  );
  return letters.map((letter) => (look.fancy ? (SHAPES[letter] ?? '·') : letter)).join('');
}
