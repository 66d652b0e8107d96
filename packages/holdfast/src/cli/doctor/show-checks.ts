import { plain } from '../terminal/escape.ts';
import type { Look, Style } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Level } from './finding.ts';
import type { Checked } from './run-checks.ts';

const MARKS: Readonly<Record<Level, readonly [fancy: string, ascii: string, style: Style]>> = {
  ok: ['✓', 'ok', 'green'],
  warn: ['!', '!!', 'yellow'],
  bad: ['✗', 'XX', 'red'],
  skipped: ['-', '--', 'dim'],
};

/** A line for each check, and below it what repairs it; without a terminal nothing is wrapped. */
export function showChecks(all: readonly Checked[], look: Look, terminal: boolean): string {
  const columns = terminal ? look.columns : Number.MAX_SAFE_INTEGER;
  const title = Math.max(...all.map(({ check }) => plain(check).length));
  const lines = all.flatMap(({ check, level, message, repair, fixed }) => {
    const [fancy, ascii, style] = MARKS[level];
    const mark = look.fancy ? fancy : ascii;
    const indent = ' '.repeat(mark.length + title + 4);
    const text = `${plain(message)}${fixed === null ? '' : ` Repaired: ${plain(fixed)}.`}`;
    const [first = '', ...more] = wrap(text, Math.max(20, columns - indent.length), true);
    return [
      `${paint(look, style, mark)}  ${plain(check).padEnd(title)}  ${first}`,
      ...more.map((line) => indent + line),
      ...(repair === undefined ? [] : [`${indent}-> ${plain(repair)}`]),
    ];
  });
  const unresolved = all.filter(({ level }) => level === 'warn' || level === 'bad').length;
  const sum = unresolved === 0 ? 'Nothing to repair.' : `${unresolved} of ${all.length} are worth a look.`;
  return [...lines, '', sum].join('\n');
}
