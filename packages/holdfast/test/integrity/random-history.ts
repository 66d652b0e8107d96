import type { VirtualClock } from '@holdfast/resilience/clock';
import type { Item } from '../../src/model/item.ts';
import type { Commit, Lease, NewWindow, Store } from '../../src/store/port.ts';
import { bad, commitOf, incident, newWindow, page, paper } from '../../src/store/testing/fixtures.ts';
import type { Random } from './random.ts';

const DAY_MS = 86_400_000;
const SOURCES = ['s', 't'];

/** Does random things to a store through its port: harvests, splits, repairs, upkeep; time passes in jumps of days. */
export class RandomHistory {
  readonly #store: Store;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #steps = 0;

  constructor(store: Store, clock: VirtualClock, random: Random) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
  }

  /** One thing that an engine does. */
  async step(): Promise<void> {
    this.#steps += 1;
    const source = this.#one(SOURCES);
    await this.#store.putSource(source, 'oai-pmh', {
      failures: this.#random(9),
      memory: { step: this.#steps },
    });
    const deeds = [
      () => this.#harvest(source),
      () => this.#harvest(source),
      () => this.#harvest(source),
      () => this.#store.index(this.#random(20)),
      () => this.#trouble(source),
      () => this.#upkeep(),
      () => this.#clock.advance((1 + this.#random(9)) * DAY_MS),
    ];
    await this.#one(deeds)();
  }

  async #harvest(source: string): Promise<void> {
    await this.#store.plan([newWindow({ source, to: null, lane: 'tail' })]);
    const windows = await this.#store.windows(source);
    const window = this.#one(windows).key;
    const lease = await this.#store.claim({ owner: 'engine', window, ttlMs: 60_000 });
    if (!lease) throw new Error(`the window ${window} could not be claimed`);
    await this.#store.renew(lease, 90_000);
    await this.#store.commit(this.#commit(lease, windows.length));
    if (this.#random(2) === 0) await this.#store.release(lease);
  }

  #commit(lease: Lease, windows: number): Commit {
    const at = this.#clock.now();
    const drop = windows > 1 && this.#random(6) === 0;
    const bytes = page(`page ${this.#random(40)}`);
    const spawn: readonly NewWindow[] = [
      newWindow({ source: lease.window.source, from: this.#day(), to: '2025-01-01' }),
    ];
    return commitOf(lease, {
      batchId: `batch-${this.#steps}`,
      next: { cursor: drop ? '' : `c${this.#steps}`, look: 1 + this.#random(3), records: this.#random(99) },
      items: Array.from({ length: this.#random(8) }, () => this.#item()),
      bad: this.#random(4) === 0 ? [bad(`p${this.#random(30)}`, `<a>${this.#random(5)}`)] : [],
      page: this.#random(5) === 0 ? null : { ...bytes, fetchedAt: at },
      spawn: this.#random(4) === 0 ? spawn : [],
      drop,
      at,
    });
  }

  #item(): Item {
    const [id, datestamp, place] = [`p${this.#random(30)}`, this.#day(), { offset: 0, length: 4 }];
    const version = String(1 + this.#random(3));
    const fields = { id, version, title: `Title ${this.#random(5)}`, abstract: 'ä\u{1F600} "x" <b>' };
    const told = {
      published: '2001-01-01',
      withdrawn: this.#random(9) === 0,
      history: [{ version, date: datestamp }],
    };
    const items: readonly Item[] = [
      paper(fields, datestamp, { place }),
      paper({ ...fields, version: null }, datestamp, { place, unknown: ['version'] }),
      { type: 'deleted', id, datestamp, place },
      { type: 'history', id, datestamp, place, version, ...told },
      { type: 'journal', id, datestamp, place, journalRef: 'J. 1', url: `https://doi.example/${version}` },
      { type: 'listed', id, datestamp, place: null },
    ];
    return this.#one(items);
  }

  async #trouble(source: string): Promise<void> {
    const [at, key] = [this.#clock.now(), `record:p${this.#random(30)}`];
    const gap = {
      key,
      id: key.slice(7),
      range: null,
      datestamp: null,
      reason: 'It is listed.',
      lastAnswer: null,
    };
    await this.#store.putGaps(source, [{ ...gap, attempts: 1, state: 'open', nextAt: at }], at);
    if (this.#random(2) === 0) await this.#store.closeGaps(source, [key]);
    await this.#store.settleQuarantine(
      1 + this.#random(4),
      this.#one(['open', 'acknowledged'] as const),
      'noted',
    );
    await this.#store.putIncidents([
      incident({ id: key, startedAt: at, recoveredAt: this.#random(2) ? at : null }),
    ]);
    await this.#store.putTimelines([{ source, day: this.#day(), slots: 'o'.repeat(288) }]);
  }

  async #upkeep(): Promise<void> {
    const keepRawMs = this.#random(2) === 0 ? null : this.#random(20) * DAY_MS;
    await this.#store.maintain({ now: this.#clock.now(), keepRawMs, limit: 1 + this.#random(5) });
  }

  #day(): string {
    return `2024-01-0${1 + this.#random(7)}`;
  }

  #one<Value>(values: readonly Value[]): Value {
    const value = values[this.#random(values.length)];
    if (value === undefined) throw new Error('there is nothing to choose from');
    return value;
  }
}
