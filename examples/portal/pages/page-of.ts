/** A page of a list. */
export interface Shown<T> {
  readonly items: readonly T[];
  /** From 1. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
}

/** The page that was asked for; undefined when there is none of that number. */
export function pageOf<T>(all: readonly T[], asked: string | null, perPage: number): Shown<T> | undefined {
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const page = Number(asked ?? 1);
  if (!Number.isSafeInteger(page) || page < 1 || page > pages) return undefined;
  return { items: all.slice((page - 1) * perPage, page * perPage), page, pages };
}
