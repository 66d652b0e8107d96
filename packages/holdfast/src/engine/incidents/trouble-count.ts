import type { Clock } from '@holdfast/resilience/clock';
import type { EngineEvent } from '../../model/event.ts';
import type { Store } from '../../store/port.ts';

/** Gaps and quarantined records are counted at most so often, ms. */
const COUNT_EVERY_MS = 10_000;

/** Open gaps and quarantined records by source. */
export interface Counted {
  readonly gaps: ReadonlyMap<string, number>;
  readonly quarantined: ReadonlyMap<string, number>;
}

/** Counts the store's gaps and quarantine again when something may have changed them. */
export class TroubleCount {
  readonly #store: Pick<Store, 'stats' | 'gaps' | 'quarantine'>;
  readonly #clock: Clock;
  #isDue = true;
  /** As many may be others: one was settled and another came. */
  #areNew = false;
  #notBefore = 0;
  #quarantined: { readonly total: number; readonly bySource: ReadonlyMap<string, number> } = {
    total: 0,
    bySource: new Map(),
  };
  #last: Counted | null = null;

  constructor(store: Pick<Store, 'stats' | 'gaps' | 'quarantine'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  observe(event: EngineEvent): void {
    const hadAny = this.#last !== null && this.#last.gaps.size + this.#last.quarantined.size > 0;
    if (event.kind === 'quarantine') this.#areNew = true;
    const isTrouble = event.kind === 'gap' || event.kind === 'quarantine';
    const mayMend = hadAny && (event.kind === 'commit' || event.kind === 'window');
    const mayFind = event.kind === 'commit' && event.missing > 0;
    if (isTrouble || mayMend || mayFind) this.#isDue = true;
  }

  /** Null when nothing can have changed, or it was counted a moment ago. */
  async read(): Promise<Counted | null> {
    const now = this.#clock.monotonic();
    // A person acknowledges without an event: what is there is counted again now and then.
    const isOld =
      now >= this.#notBefore + 6 * COUNT_EVERY_MS &&
      this.#last !== null &&
      this.#last.gaps.size + this.#last.quarantined.size > 0;
    if ((!this.#isDue && !isOld) || now < this.#notBefore) return null;
    this.#isDue = false;
    this.#notBefore = now + COUNT_EVERY_MS;
    const { gapsOpen, quarantined } = await this.#store.stats();
    const gaps = gapsOpen === 0 ? [] : (await this.#store.gaps()).filter(({ state }) => state === 'open');
    if (this.#areNew || quarantined !== this.#quarantined.total) {
      this.#areNew = false;
      this.#quarantined = {
        total: quarantined,
        bySource: quarantined === 0 ? new Map() : bySource(await this.#store.quarantine({ state: 'open' })),
      };
    }
    this.#last = { gaps: bySource(gaps), quarantined: this.#quarantined.bySource };
    return this.#last;
  }
}

function bySource(rows: readonly { readonly source: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  return counts;
}
