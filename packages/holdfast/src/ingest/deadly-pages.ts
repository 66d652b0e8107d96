import type { DeadlyWork } from '../model/engine-message.ts';
import type { Window } from '../model/window.ts';

/** So many engines may die on a page before the rest of its source goes on without it. */
export const SET_ASIDE_AFTER = 3;

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
  deaths({ key, cursor }: Pick<Window, 'key' | 'cursor'>): number {
    const known = this.#deaths.get(key);
    return known?.cursor === cursor ? known.deaths : 0;
  }

  fateOf(window: Pick<Window, 'key' | 'cursor'>): Fate {
    const deaths = this.deaths(window);
    if (deaths < SET_ASIDE_AFTER) return 'ordinary';
    return deaths === SET_ASIDE_AFTER ? 'set-aside' : 'given-up';
  }

  /** The page was read after all, or given up. */
  settle(key: string): void {
    this.#deaths.delete(key);
  }
}
