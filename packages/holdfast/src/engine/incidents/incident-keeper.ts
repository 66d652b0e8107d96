import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import { SET_ASIDE_AFTER } from '../../ingest/deadly-pages.ts';
import type { ChildExit, DeadlyWork } from '../../model/engine-message.ts';
import type { EngineEvent } from '../../model/event.ts';
import type { Incident } from '../../model/incident.ts';
import type { Store } from '../../store/port.ts';
import type { Counters } from '../counters.ts';
import { emptyBook, type Book, type BookSource } from './book.ts';
import { TOLD_AGAIN_MS } from './from-exit.ts';
import { openIncidents } from './reckon.ts';
import { TroubleCount } from './trouble-count.ts';
import { turn, type BookInput } from './turn.ts';

/** What a keeper works with. */
export interface IncidentKeeperOptions {
  readonly store: Pick<Store, 'incidents' | 'putIncidents' | 'stats' | 'gaps' | 'quarantine'>;
  readonly clock: Clock;
  readonly sources: readonly BookSource[];
  readonly counters: Counters;
  /** Exits and deadly pages that the supervisor told of at the start. */
  readonly exits: readonly ChildExit[];
  readonly deadly: readonly DeadlyWork[];
}

/** How often time is noticed, ms; changes are written at most every second time. */
const TICK_MS = 1_000;

/**
 * Keeps the book of incidents and writes what has changed. Modes: *opening* (what is told is put by until the
 * incidents of the engine before are read), then *keeping*. What a full disk does not take is written later.
 */
export class IncidentKeeper {
  readonly #options: IncidentKeeperOptions;
  readonly #count: TroubleCount;
  /** Null once the book is open. */
  #early: BookInput[] | null = [];
  #book: Book;
  #written: ReadonlyMap<string, Incident> = new Map();

  constructor(options: IncidentKeeperOptions) {
    this.#options = options;
    this.#count = new TroubleCount(options.store, options.clock);
    this.#book = emptyBook(options.sources);
  }

  /** Those that last. */
  get open(): readonly Incident[] {
    return openIncidents(this.#book);
  }

  observe(event: EngineEvent): void {
    if (this.#early !== null && event.kind === 'request') return;
    this.#count.observe(event);
    this.#hear({ type: 'event', at: event.at, event });
  }

  /** The disk will be full too soon, as a sentence; null = it will not. */
  forecast(summary: string | null): void {
    this.#hear({ type: 'forecast', at: this.#options.clock.now(), summary });
  }

  /** Why the last backup failed, as a sentence; null = it did not. */
  backup(summary: string | null): void {
    this.#hear({ type: 'backup', at: this.#options.clock.now(), summary });
  }

  /** What the store holds is not what was written, as a sentence; null = it was checked and is. */
  integrity(summary: string | null): void {
    this.#hear({ type: 'integrity', at: this.#options.clock.now(), summary });
  }

  /** A file of `outputs` cannot be written, as a sentence; null = it can. */
  output(output: 'jsonl' | 'summary', summary: string | null, nextAttemptAt: number | null): void {
    this.#hear({ type: 'output', at: this.#options.clock.now(), output, summary, nextAttemptAt });
  }

  /** Keeps the book until `signal` aborts, then writes what is left. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    await this.#open();
    for (let ticks = 0; !signal.aborted; ticks += 1) {
      await clock.sleep(TICK_MS, { signal }).catch(() => undefined);
      this.#turn({ type: 'tick', at: clock.now() });
      await this.#countTroubles();
      if (ticks % 2 === 1) await this.#write();
    }
    await this.#write();
  }

  async #open(): Promise<void> {
    const { store, clock, exits, deadly } = this.#options;
    const at = clock.now();
    // Those that are over are loaded too: an exit that is told again must be recognised.
    const incidents = await store.incidents({ since: at - TOLD_AGAIN_MS });
    const open = await store.incidents({ open: true });
    const known = new Map([...incidents, ...open].map((incident) => [incident.id, incident]));
    this.#written = known;
    const setAside = new Set(
      deadly.filter(({ deaths }) => deaths >= SET_ASIDE_AFTER).map(({ source }) => source),
    );
    this.#turn({ type: 'loaded', at, incidents: [...known.values()], setAside });
    this.#turn({ type: 'exits', at, exits });
    const early = this.#early ?? [];
    this.#early = null;
    for (const input of early) this.#turn(input);
  }

  async #countTroubles(): Promise<void> {
    const counted = await this.#count.read();
    if (counted !== null) this.#turn({ type: 'counted', at: this.#options.clock.now(), ...counted });
  }

  /** What ends before the book is open must find there what it ends. */
  #hear(input: BookInput): void {
    if (this.#early === null) this.#turn(input);
    else this.#early.push(input);
  }

  #turn(input: BookInput): void {
    const before = this.#book.incidents;
    this.#book = turn(this.#book, input);
    if (before === this.#book.incidents || input.type === 'loaded') return;
    const { counters } = this.#options;
    for (const [id, incident] of this.#book.incidents) {
      const known = before.get(id);
      if (known === undefined) counters.incidentOpened(incident.cause);
      if (incident.recoveredAt !== null && (known?.recoveredAt ?? null) === null)
        counters.incidentOver(incident);
    }
    counters.incidentsAre(this.open);
  }

  async #write(): Promise<void> {
    const { incidents } = this.#book;
    const changed = [...incidents.values()].filter((incident) => this.#written.get(incident.id) !== incident);
    if (changed.length > 0) {
      try {
        await this.#options.store.putIncidents(changed);
      } catch (error) {
        if (classify(error).category !== 'local') throw error;
        return;
      }
    }
    this.#written = incidents;
    this.#letGo();
  }

  /** What is over, settled and written is the store's alone. */
  #letGo(): void {
    const settling = new Set(this.#book.settling.map(({ id }) => id));
    const kept = [...this.#book.incidents].filter(
      ([id, incident]) =>
        incident.recoveredAt === null || settling.has(id) || this.#written.get(id) !== incident,
    );
    if (kept.length < this.#book.incidents.size) this.#book = { ...this.#book, incidents: new Map(kept) };
  }
}
