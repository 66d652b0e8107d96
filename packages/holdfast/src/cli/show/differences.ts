import type { PaperFields } from '../../model/paper.ts';
import { wordDiff } from './word-diff.ts';
import type { WordRun } from './word-diff.ts';

/** What became of one field between two versions. */
export type FieldChange =
  | { readonly field: string; readonly from: string | null; readonly to: string | null }
  | { readonly field: string; readonly words: readonly WordRun[] }
  | {
      readonly field: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** The same ones in another order. */
      readonly reordered: boolean;
    };

/** Texts long enough to be compared word by word. */
const TEXTS = ['title', 'abstract', 'comment', 'journalRef'] as const;
const VALUES = ['doi', 'published', 'updated', 'license'] as const;
const MARKS = ['deleted', 'withdrawn'] as const;

/** What changed from one version of a paper to the next, field by field in the order of a record. */
export function differences(before: PaperFields, after: PaperFields): readonly FieldChange[] {
  return [
    ...MARKS.flatMap((field) => value(field, String(before[field]), String(after[field]))),
    ...TEXTS.slice(0, 2).flatMap((field) => text(field, before[field], after[field])),
    ...list('authors', before.authors.map(nameOf), after.authors.map(nameOf)),
    ...list('categories', before.categories, after.categories),
    ...TEXTS.slice(2).flatMap((field) => text(field, before[field], after[field])),
    ...VALUES.flatMap((field) => value(field, before[field], after[field])),
    ...[...new Set([...Object.keys(before.urls), ...Object.keys(after.urls)])]
      .sort()
      .flatMap((role) => value(`urls.${role}`, urlOf(before, role), urlOf(after, role))),
  ];
}

function urlOf({ urls }: PaperFields, role: string): string | null {
  return Object.hasOwn(urls, role) ? (urls[role] ?? null) : null;
}

/** Affiliation and ORCID belong to who an author is. */
function nameOf({ name, orcid, affiliation }: PaperFields['authors'][number]): string {
  const more = [affiliation, orcid].filter((each) => each !== undefined);
  return more.length === 0 ? name : `${name} (${more.join(', ')})`;
}

function value(field: string, from: string | null, to: string | null): readonly FieldChange[] {
  return from === to ? [] : [{ field, from, to }];
}

function text(field: string, from: string | null, to: string | null): readonly FieldChange[] {
  if (from === to) return [];
  return from === null || to === null ? [{ field, from, to }] : [{ field, words: wordDiff(from, to) }];
}

function list(field: string, before: readonly string[], after: readonly string[]): readonly FieldChange[] {
  const added = without(after, before);
  const removed = without(before, after);
  const isSame = before.length === after.length && before.every((each, index) => each === after[index]);
  if (isSame) return [];
  return [{ field, added, removed, reordered: added.length === 0 && removed.length === 0 }];
}

/** Those of a list that another one lacks; one that is there twice counts twice. */
function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return all.filter((each) => {
    const count = left.get(each) ?? 0;
    left.set(each, count - 1);
    return count <= 0;
  });
}
