/** A page that tells which pages it opens. */
interface Opener<P> {
  on(event: 'popup', listener: (page: P | null) => void): unknown;
  isClosed(): boolean;
}

/** Which pages were opened from which, however deep: they go with the page of the lease that they began from. */
export class Popups<P extends Opener<P>> {
  readonly #opened = new WeakMap<P, P[]>();

  /** Hears of what a page opens from now on. */
  follow(page: P): void {
    const mine: P[] = [];
    this.#opened.set(page, mine);
    page.on('popup', (popup) => {
      if (popup === null) return;
      mine.push(popup);
      this.follow(popup);
    });
  }

  /** The open pages that were opened from a page, and from these. */
  of(page: P): readonly P[] {
    const mine = this.#opened.get(page) ?? [];
    const all = mine.flatMap((popup) => [popup, ...this.of(popup)]);
    return all.filter((popup) => !popup.isClosed());
  }
}
