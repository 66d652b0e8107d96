import type { DeadlyWork } from '../model/engine-message.ts';
import type { Window } from '../model/window.ts';

/** So many engines may die on a page before the rest of its source goes on without it. */
export const SET_ASIDE_AFTER = 3;

/** A page that is worked on: together, the window's key and its cursor name it. */
export interface PageInHand {
  readonly window: string;
  readonly cursor: string;
}

/** Where a window stands, as far as it names its next page. */
export type PagePlace = Pick<Window, 'key' | 'cursor' | 'look'>;

/** The name of the page that a window reads next: each look that has not begun has its own first page. */
export function pageAt({ key, cursor, look }: PagePlace): PageInHand {
  return { window: key, cursor: cursor === '' ? `look ${String(look)}` : cursor };
}

/** What is to become of a window whose next page killed engines. */
export type Fate =
  /** Nothing killed enough: an ordinary page. */
  | 'ordinary'
  /** Others go first; once nothing else is due it is tried once more, alone. */
  | 'set-aside'
  /** It killed again when it was tried alone: it is never read again, its window is narrowed around it. */
  | 'given-up';

/**
 * Pages on which engines died, as the supervisor counted them: a page is a window and the cursor that it was read at.
 * Once the window has moved on, its deaths no longer count.
 */
export class DeadlyPages {
  readonly #deaths = new Map<string, { readonly cursor: string; readonly deaths: number }>();

  constructor(known: readonly DeadlyWork[]) {
    for (const { window, cursor, deaths } of known) {
      const before = this.#deaths.get(window);
      if (before === undefined || before.deaths < deaths) this.#deaths.set(window, { cursor, deaths });
    }
  }

  /** How many engines died on the page that a window is to read next. */
  deaths(place: PagePlace): number {
    const page = pageAt(place);
    const known = this.#deaths.get(page.window);
    return known?.cursor === page.cursor ? known.deaths : 0;
  }

  fateOf(place: PagePlace): Fate {
    const deaths = this.deaths(place);
    if (deaths < SET_ASIDE_AFTER) return 'ordinary';
    return deaths === SET_ASIDE_AFTER ? 'set-aside' : 'given-up';
  }

  /** The page was read after all, or given up. */
  settle(key: string): void {
    this.#deaths.delete(key);
  }
}
