import type { Row } from '../judge.ts';
import { needsOf } from './claim.ts';
import { count, duration, pad, plain, width, wrap } from './format.ts';
import { groupOf } from './groups.ts';
import { MARKS, WORDS, type Style } from './style.ts';

/** No line is wider, on the widest terminal too. */
export const WIDEST = 100;
/** What stands right of the name, with the width of each. */
const COLUMNS = [
  ['fired', 9],
  ['detect', 12],
  ['recover', 12],
  ['lost/dup', 10],
  ['wasted', 8],
] as const;
const FIGURES = COLUMNS.reduce((sum, [, columns]) => sum + columns, 0);
/** A mark and a space before the name, which is not narrower than this beside the figures. */
const MARGIN = 2;
const NAME = 24;

/** Prints rows as they come, under a heading wherever a new group begins. */
export class RowPrinter {
  readonly #columns: number;
  readonly #style: Style;
  #group: string | null = null;

  constructor(options: { readonly columns: number | undefined; readonly style: Style }) {
    this.#columns = Math.max(20, Math.min(WIDEST, options.columns ?? WIDEST));
    this.#style = options.style;
  }

  /** The lines of a row, with what goes before it. */
  linesOf(row: Row): readonly string[] {
    const group = groupOf(row);
    const heading = group === this.#group ? [] : this.#heading(group);
    this.#group = group;
    return [...heading, ...this.#row(row), ...this.#findings(row)];
  }

  get #isWide(): boolean {
    return this.#columns >= MARGIN + NAME + FIGURES;
  }

  #heading(group: string): readonly string[] {
    const { bold, dim } = this.#style;
    const before = this.#group === null ? [] : [''];
    const room = this.#columns - FIGURES;
    if (!this.#isWide || width(group) >= room) return [...before, ...wrap(group, this.#columns).map(bold)];
    const labels = COLUMNS.map(([label, columns]) => pad(label, columns, 'left')).join('');
    return [...before, bold(pad(group, room)) + dim(labels)];
  }

  #row(row: Row): readonly string[] {
    const { verdict, name } = row;
    const mark = this.#style.verdict(verdict, MARKS[verdict]);
    const rest = verdict === 'not-covered' ? null : figuresOf(row);
    const room = this.#columns - FIGURES - MARGIN;
    if (!this.#isWide) return this.#narrow(row, mark);
    if (rest === null) {
      const needs = `not covered: needs ${plain(needsOf(row))}`;
      const line = `${pad(plain(name), room)}${needs}`;
      if (width(line) + MARGIN <= this.#columns) return [`${mark} ${line}`];
      const more = hung(needs, this.#columns, MARGIN + 2, '');
      return [...hung(plain(name), this.#columns, MARGIN, mark), ...more];
    }
    const figures = COLUMNS.map(([, columns], index) => pad(rest[index] ?? '', columns, 'left')).join('');
    // A name that is too long has a line of its own: a name that is cut cannot be copied.
    return width(name) < room
      ? [`${mark} ${pad(plain(name), room)}${figures}`]
      : [...hung(plain(name), this.#columns, MARGIN, mark), ' '.repeat(MARGIN + room) + figures];
  }

  #narrow(row: Row, mark: string): readonly string[] {
    const { verdict, name, injected, detectMs, recoverMs, lost, duplicated } = row;
    const figures =
      verdict === 'not-covered'
        ? `not covered: needs ${plain(needsOf(row))}`
        : [
            `fired ×${count(injected)}`,
            ...(detectMs === null ? [] : [`detected in ${duration(detectMs)}`]),
            ...(recoverMs === null ? [] : [`recovered in ${duration(recoverMs)}`]),
            `${count(lost)} lost, ${count(duplicated)} doubled`,
          ].join(' · ');
    return [
      ...hung(plain(name), this.#columns, MARGIN, mark),
      ...hung(figures, this.#columns, MARGIN + 2, '').map((line) => this.#style.dim(line)),
    ];
  }

  /** What is not valid says why, and by which one command it is seen again. */
  #findings({ verdict, findings, evidence, replay }: Row): readonly string[] {
    if (verdict === 'valid' || verdict === 'not-covered') return [];
    const said = [
      `${WORDS[verdict]}:`,
      ...findings.map((each) => `- ${plain(each)}`),
      ...(evidence === '' ? [] : [`seen: ${plain(evidence)}`]),
      `again: ${replay}`,
    ];
    return said.flatMap((text) => hung(text, this.#columns, MARGIN + 2, ''));
  }
}

function figuresOf(row: Row): readonly string[] {
  const { injected, detectMs, recoverMs, lost, duplicated, requestsWasted } = row;
  return [
    `×${count(injected)}`,
    duration(detectMs),
    duration(recoverMs),
    `${count(lost)}/${count(duplicated)}`,
    requestsWasted === null ? '–' : count(requestsWasted),
  ];
}

/** A text behind a mark; its further lines are indented like the first. */
function hung(text: string, columns: number, margin: number, mark: string): readonly string[] {
  const indent = ' '.repeat(margin);
  // Gaps within the text are columns: only what is too wide is broken.
  const lines =
    width(text) + margin <= columns ? [text] : wrap(text.replace(/ {2,}/g, ' '), columns - margin);
  return lines.map((line, index) => (index === 0 && mark !== '' ? `${mark} ` : indent) + line);
}
