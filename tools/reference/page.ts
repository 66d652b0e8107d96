import type { Declared } from './declarations.ts';

const SECTIONS: readonly (readonly [Declared['kind'], string])[] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['value', 'Values'],
  ['type', 'Types'],
];

/** Where every exported name has its entry: `resilience.md#policy`. A name of several pages is on the first. */
export type Places = ReadonlyMap<string, string>;

/** The anchor of each name on its page, as the web makes it of the headings: `breaker`, then `breaker-1` for `Breaker`. */
export function anchorsOf(declarations: readonly Declared[]): Places {
  const taken = new Map<string, number>();
  const anchors = new Map<string, string>();
  for (const [kind] of SECTIONS) {
    for (const { name } of merged(declarations.filter((each) => each.kind === kind))) {
      const plain = name.toLowerCase();
      const before = taken.get(plain) ?? 0;
      taken.set(plain, before + 1);
      // A value and a type of one name have two entries; links lead to the first.
      if (!anchors.has(name)) anchors.set(name, before === 0 ? plain : `${plain}-${before}`);
    }
  }
  return anchors;
}

/** The page of one entry point, as Markdown that still has to be formatted. */
export function page(specifier: string, declarations: readonly Declared[], places: Places): string {
  const own = anchorsOf(declarations);
  const placeOf = (name: string): string | undefined =>
    own.has(name) ? `#${own.get(name)}` : places.get(name);
  const sections = SECTIONS.flatMap(([kind, heading]) => {
    const entries = merged(declarations.filter((each) => each.kind === kind));
    return entries.length === 0 ? [] : [`## ${heading}`, ...entries.flatMap((each) => entry(each, placeOf))];
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

function entry(
  { name, doc, code }: Declared,
  placeOf: (name: string) => string | undefined,
): readonly string[] {
  const text = doc === '' ? [] : [prose(doc)];
  const shown = code.replace(/^ *#private;\n/gm, '');
  // Not `ts`: those fences are programs, which the tests run.
  return [`### ${name}`, ...text, `\`\`\`typescript\n${shown}\n\`\`\``, ...links(name, shown, placeOf)];
}

/** Where the other names stand that a declaration is made of. */
function links(own: string, code: string, placeOf: (name: string) => string | undefined): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, '');
  const names = new Set(bare.match(/\b[A-Z]\w*\b/g));
  names.delete(own);
  const known = [...names].flatMap((name) => {
    const place = placeOf(name);
    return place === undefined ? [] : [`[${name}](${place})`];
  });
  return known.length === 0 ? [] : [`See ${known.join(', ')}.`];
}

/** A docstring as Markdown; its examples stay as they are, but are no programs that could be run alone. */
function prose(doc: string): string {
  return doc
    .split(/^(```[\s\S]*?^```)$/m)
    .map((part) =>
      part.startsWith('```')
        ? part.replace(/^```ts$/m, '```typescript').replaceAll('\\@', '@')
        : sentences(part),
    )
    .join('')
    .trim();
}

/** Tags of a docstring as sentences. */
function sentences(doc: string): string {
  const text = doc
    .replace(/\{@link (\S+?)\}/g, '`$1`')
    .replace(/^@param (\S+) /gm, '\n`$1`: ')
    .replace(/^@throws /gm, '\nThrows: ')
    .replace(/^@returns? /gm, '\nReturns ')
    .replace(/^@(\w+) /gm, '\n$1: ');
  // A line that begins with `>` would be a quotation.
  return text.replace(/<(?!\/?(?:br|sub|sup)\b)/g, '\\<').replace(/^>/gm, '\\>');
}
