import type { PaperItem } from '../model/item.ts';

/** The kinds of sources that an identifier or a format tells. */
export type HomeKind = 'arxiv' | 'biorxiv' | 'medrxiv' | 'oai-pmh';

/** Where a line belongs: a kind of source, and the id of one where the line names it. */
export interface Home {
  readonly kind: HomeKind | null;
  readonly source?: string;
}

/** What a line of a data set says. */
export type Mapped =
  | {
      readonly type: 'paper';
      readonly home: Home;
      readonly item: Omit<PaperItem, 'place'>;
      readonly repaired: boolean;
    }
  | {
      readonly type: 'refused';
      readonly home: Home | null;
      readonly id: string | null;
      readonly code: string;
      readonly reason: string;
    };

/** Values of a line under the names that they have there. */
export type Values = Readonly<Record<string, unknown>>;

/** A line that is not taken. `id` where it could be read. */
export function refused(
  code: `ERR_IMPORT_${string}`,
  reason: string,
  id: string | null = null,
  home: Home | null = null,
): Mapped {
  return { type: 'refused', home, id, code, reason };
}

/** A value as text; null for what is no text. A number that a reader has kept as one is written as it stood. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}
