import type { SourceState, Store } from '../store/port.ts';

/** Since when a person has kept a source paused, wall ms; null when it is not. */
export function pausedSince({ memory }: Pick<SourceState, 'memory'>): number | null {
  const { paused } = memory as { readonly paused?: { readonly since?: unknown } };
  return typeof paused?.since === 'number' ? paused.since : null;
}

/** What a source remembers when it is paused (since an instant, wall ms) or resumed (null). */
export function pauseNote(since: number | null): Readonly<Record<string, unknown>> {
  return { paused: since === null ? null : { since } };
}

/** Why a paused source asks nothing. */
export function pausedReason(since: number): string {
  return `paused since ${new Date(since).toISOString()}; \`holdfast resume\` lets it go on`;
}

/**
 * What a source remembers between runs. The store keeps it as one value, so changes are made one after the other,
 * each on what stands there: none overwrites another. A key is forgotten by setting it to null.
 */
export class SourceMemory {
  readonly #store: Pick<Store, 'putSource' | 'sources'>;
  readonly #id: string;
  readonly #kind: string;
  #line: Promise<unknown> = Promise.resolve();

  constructor(
    store: Pick<Store, 'putSource' | 'sources'>,
    { id, kind }: { readonly id: string; readonly kind: string },
  ) {
    this.#store = store;
    this.#id = id;
    this.#kind = kind;
  }

  /** Creates the source's row when there is none; an engine that starts again need not write for it. */
  async read(): Promise<SourceState> {
    const known = (await this.#store.sources()).find(({ id }) => id === this.#id);
    return known ?? this.#store.putSource(this.#id, this.#kind, {});
  }

  /** Merges keys into the memory, and `more` into the rest of the row. */
  change(
    keys: Readonly<Record<string, unknown>>,
    more: Partial<Omit<SourceState, 'id' | 'kind' | 'memory'>> = {},
  ): Promise<SourceState> {
    const changed = this.#line.then(async () => {
      const { memory } = await this.read();
      const merged = Object.entries({ ...memory, ...keys }).filter(([, value]) => value !== null);
      return this.#store.putSource(this.#id, this.#kind, { ...more, memory: Object.fromEntries(merged) });
    });
    // A failure is the caller's; the next change begins anew.
    this.#line = changed.catch(() => undefined);
    return changed;
  }
}
