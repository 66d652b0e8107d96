import type { ChildMessage, DeadlyWork } from '../model/engine-message.ts';

/** More pages at once are not remembered: an engine that dies on each of them has another trouble. */
const REMEMBERED = 50;

/** Names a page. */
type Page = Pick<DeadlyWork, 'source' | 'window' | 'cursor'>;
type InHand = Extract<ChildMessage, { type: 'in-hand' }>;

/**
 * Which pages engines died on. A page that was in hand when an engine died gets one more death, whatever else
 * was in hand: the supervisor cannot tell which of them it was. A page that an engine has done and left is
 * forgotten; one that it has not come to yet is kept.
 */
export class DeadlyPages {
  readonly #inHand = new Map<string, Page>();
  #deadly: readonly DeadlyWork[];

  constructor(known: readonly DeadlyWork[] = []) {
    this.#deadly = known;
  }

  /** For the next engine's start message. */
  get list(): readonly DeadlyWork[] {
    return this.#deadly;
  }

  /** A source takes up a page, or has none left in hand: the one before is done. */
  hear({ source, page }: InHand): void {
    const before = this.#inHand.get(source);
    const now = page === null ? undefined : { source, window: page.window, cursor: page.cursor };
    if (before !== undefined && (now === undefined || !isSame(before, now)))
      this.#deadly = this.#deadly.filter((each) => !isSame(each, before));
    if (now === undefined) this.#inHand.delete(source);
    else this.#inHand.set(source, now);
  }

  /** The engine has ended; `died` when not as it was told to. */
  ended(died: boolean): void {
    const held = [...this.#inHand.values()];
    this.#inHand.clear();
    if (!died) return;
    const others = this.#deadly.filter((each) => !held.some((page) => isSame(each, page)));
    const again = held.map((page) => ({
      ...page,
      deaths: (this.#deadly.find((each) => isSame(each, page))?.deaths ?? 0) + 1,
    }));
    this.#deadly = [...others, ...again].slice(-REMEMBERED);
  }
}

function isSame(one: Page, other: Page): boolean {
  return one.source === other.source && one.window === other.window && one.cursor === other.cursor;
}
