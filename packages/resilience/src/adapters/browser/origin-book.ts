import type { OriginState } from './browser-snapshot.ts';
import { mergeOrigins, webOrigin } from './origins.ts';

/** What is known of the storage of each origin that the pages of one browser have shown, and what has to be looked at. */
export class OriginBook {
  #states: readonly OriginState[];
  readonly #unread = new Set<string>();

  /** `restored`: what the browser was given at its start. */
  constructor(restored: readonly OriginState[] = []) {
    this.#states = restored;
  }

  /** A page shows this URL, or did until now: its origin may have changed its storage. */
  visit(url: string): void {
    const origin = webOrigin(url);
    if (origin !== undefined) this.#unread.add(origin);
  }

  /** What a page of the origin told. */
  learn(state: OriginState): void {
    this.#states = mergeOrigins(this.#states, [state]);
    this.#unread.delete(state.origin);
  }

  /** What a page of the origin told that is not the tab of anybody: it knows no sessionStorage. */
  learnShared({ sessionStorage: _, ...state }: OriginState): void {
    const known = this.#states.find(({ origin }) => origin === state.origin);
    this.learn({ ...state, sessionStorage: known?.sessionStorage ?? {} });
  }

  /** Origins that were shown since they were last looked at. */
  get unread(): readonly string[] {
    return [...this.#unread];
  }

  get states(): readonly OriginState[] {
    return this.#states;
  }
}
