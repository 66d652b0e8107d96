import type { PaperFields } from '../model/paper.ts';
import type { Field, Query, Term } from './parse-query.ts';
import { stem } from './stem.ts';

/** The texts of a paper that are searched, by field. */
export function searchTexts(fields: PaperFields): Readonly<Record<Field, string>> {
  return {
    title: fields.title ?? '',
    abstract: fields.abstract ?? '',
    authors: fields.authors.map((author) => author.name).join('\n'),
    categories: fields.categories.join('\n'),
  };
}

/** Evaluates a query on one paper without an index. */
export function matchesQuery(query: Query, fields: PaperFields): boolean {
  const texts = Object.entries(searchTexts(fields)).map(([field, text]) => [field, tokens(text)] as const);
  const has = ({ text, prefix, field }: Term): boolean => {
    const wanted = tokens(text);
    return texts.some(
      ([name, found]) => (field === null || field === name) && hasPhrase(found, wanted, prefix),
    );
  };
  return query.some(({ all, none }) => all.every(has) && !none.some(has));
}

/** Whether a paper lies in a category, compared without case. */
export function hasCategory(fields: PaperFields, category: string): boolean {
  const wanted = category.toLowerCase();
  return fields.categories.some((each) => each.toLowerCase() === wanted);
}

function tokens(text: string): readonly string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []).map(stem);
}

function hasPhrase(found: readonly string[], wanted: readonly string[], prefix: boolean): boolean {
  if (wanted.length === 0) return false;
  return found.some((_, start) =>
    wanted.every((word, index) => {
      const candidate = found[start + index];
      if (candidate === undefined) return false;
      return prefix && index === wanted.length - 1 ? candidate.startsWith(word) : candidate === word;
    }),
  );
}
