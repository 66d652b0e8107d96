import type { Declared } from './declarations.ts';

const SECTIONS: readonly (readonly [Declared['kind'], string])[] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['value', 'Values'],
  ['type', 'Types'],
];

/** The page of one entry point, as Markdown that still has to be formatted. */
export function page(specifier: string, declarations: readonly Declared[]): string {
  const sections = SECTIONS.flatMap(([kind, heading]) => {
    const own = merged(declarations.filter((each) => each.kind === kind));
    return own.length === 0 ? [] : [`## ${heading}`, ...own.flatMap(entry)];
  });
  const note = 'Made from the docstrings by `npm run reference`; do not edit.';
  return `${[`# \`${specifier}\``, note, ...sections].join('\n\n')}\n`;
}

/** Overloads share their heading. */
function merged(declarations: readonly Declared[]): readonly Declared[] {
  const byName = new Map<string, Declared>();
  for (const each of declarations) {
    const known = byName.get(each.name);
    if (known === undefined) byName.set(each.name, each);
    else if (known.code !== each.code)
      byName.set(each.name, { ...known, doc: known.doc || each.doc, code: `${known.code}\n${each.code}` });
  }
  return [...byName.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

function entry({ name, doc, code }: Declared): readonly string[] {
  // Not `ts`: those fences are programs, which the tests run.
  return [`### ${name}`, ...(doc === '' ? [] : [prose(doc)]), `\`\`\`typescript\n${code}\n\`\`\``];
}

/** Tags of a docstring as sentences. */
function prose(doc: string): string {
  const text = doc
    .replace(/\{@link (\S+?)\}/g, '`$1`')
    .replace(/^@param (\S+) /gm, '\n`$1`: ')
    .replace(/^@throws /gm, '\nThrows: ')
    .replace(/^@returns? /gm, '\nReturns ')
    .replace(/^@(\w+) /gm, '\n$1: ');
  return text.replace(/<(?!\/?(?:br|sub|sup)\b)/g, '\\<').trim();
}
