import type { RawFields } from '../model/normalise.ts';
import { textOf } from './mapped.ts';

type Authors = NonNullable<RawFields['authors']>;

/**
 * Names in one text: split at semicolons where there are any, else at commas and `and` outside of brackets. What
 * stands in brackets behind a name is its affiliation and is left out.
 */
export function authorsOfText(text: string | null): Authors {
  if (text === null) return [];
  const bare = withoutBrackets(text);
  const names = bare.includes(';') ? bare.split(';') : bare.split(/,\s*(?:and\s+)?|\s+and\s+/);
  return names.map((name) => ({ name: name.trim() }));
}

/** Authors as a text or a list of texts or of objects with a name. */
export function authorsOf(value: unknown): Authors {
  if (!Array.isArray(value)) return authorsOfText(textOf(value));
  return (value as unknown[]).map((author) => {
    if (typeof author !== 'object' || author === null) return { name: textOf(author) };
    const { name, orcid, affiliation } = author as Record<string, unknown>;
    return { name: textOf(name), orcid: textOf(orcid), affiliation: textOf(affiliation) };
  });
}

function withoutBrackets(text: string): string {
  let depth = 0;
  let bare = '';
  for (const character of text) {
    if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth === 0) bare += character;
  }
  return bare;
}
