import type { HistoryEntry } from '../../model/item.ts';
import type { StoredPaper } from '../../model/paper.ts';
import { plain } from '../terminal/escape.ts';
import type { Look, Style } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { wrap } from '../terminal/wrap.ts';
import { differences } from './differences.ts';
import type { FieldChange } from './differences.ts';
import type { WordRun } from './word-diff.ts';

const INDENT = '  ';
const NAME = 12;
/** Words around a change that are shown. */
const CONTEXT = 4;

/** Versions of one record, newest first: what each changed against the one before it that is held. */
export function historyLines(versions: readonly StoredPaper[], look: Look): readonly string[] {
  return versions.flatMap((paper, index) => {
    const before = versions[index + 1];
    const { version, updated } = paper.fields;
    const heading = [
      version === null ? 'Version not known' : `Version ${version}`,
      ...(updated === null ? [] : [`of ${updated}`]),
      `stamped ${paper.datestamp}`,
    ].join(', ');
    const changes = before === undefined ? [] : differences(before.fields, paper.fields);
    const lines =
      before === undefined
        ? [`${INDENT}the oldest that is held`]
        : changes.length === 0
          ? [`${INDENT}no field differs from the version before`]
          : changes.flatMap((change) => changeLines(change, look));
    return ['', ...wrap(plain(heading), look.columns).map((line) => paint(look, 'bold', line)), ...lines];
  });
}

/** The versions that the source itself lists, oldest first. */
export function sourceVersionLines(entries: readonly HistoryEntry[], look: Look): readonly string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ version, date, size, sourceType }) =>
    [
      `v${version}`,
      date ?? 'no date',
      ...(size === undefined ? [] : [size]),
      ...(isWithdrawal(sourceType) ? ['withdrawn'] : []),
    ].join('  '),
  );
  return ['', paint(look, 'bold', 'Versions by the source'), ...rows.map((row) => INDENT + plain(row))];
}

/** arXiv marks a withdrawal by an `I` in the type of a version's source. */
export function isWithdrawal(sourceType: string | undefined): boolean {
  return sourceType?.includes('I') ?? false;
}

function changeLines(change: FieldChange, look: Look): readonly string[] {
  const words = 'words' in change ? runWords(change.words, look) : partWords(change, look);
  const lines = wrap(words.join(' '), look.columns - NAME - INDENT.length, false);
  return lines.map((line, index) => {
    const name = index === 0 ? plain(change.field) : '';
    return `${INDENT}${name.padEnd(NAME - 1)} ${line}`;
  });
}

function partWords(change: Exclude<FieldChange, { readonly words: unknown }>, look: Look): readonly string[] {
  if ('from' in change) {
    return [
      ...(change.from === null ? [] : marked('removed', change.from, look)),
      ...(change.to === null ? [] : marked('added', change.to, look)),
    ];
  }
  if (change.reordered) return ['in another order'];
  return [
    ...change.removed.flatMap((text) => marked('removed', text, look)),
    ...change.added.flatMap((text) => marked('added', text, look)),
  ];
}

/** Long parts that stayed are left out but for some words around each change. */
function runWords(runs: readonly WordRun[], look: Look): readonly string[] {
  return runs.flatMap(({ op, text }, index) => {
    if (op !== 'same') return marked(op, text, look);
    const words = plain(text).split(' ');
    const head = index === 0 ? 0 : CONTEXT;
    const tail = index === runs.length - 1 ? 0 : CONTEXT;
    if (words.length <= head + tail + 1) return words;
    return [...words.slice(0, head), '...', ...words.slice(words.length - tail)];
  });
}

const SIGNS: Readonly<Record<'added' | 'removed', readonly [open: string, close: string, style: Style]>> = {
  removed: ['[-', '-]', 'red'],
  added: ['{+', '+}', 'green'],
};

/** Signs that tell it without colours; each word has its colour, so that lines may break between them. */
function marked(op: 'added' | 'removed', text: string, look: Look): readonly string[] {
  const [open, close, style] = SIGNS[op];
  const words = `${open}${plain(text)}${close}`.split(' ');
  return words.map((word) => paint(look, style, word));
}
