import type { StateStore } from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';
import type { AlertChannel } from '../../config/config.ts';
import { HoldfastError } from '../../model/error.ts';
import type { IncidentCause } from '../../model/incident.ts';
import type { AlertView } from './alert-view.ts';
import type { Book } from './book.ts';
import { EMPTY_BOOK, readBook, writeBook } from './book.ts';
import type { SendAlert } from './courier.ts';
import { Courier } from './courier.ts';
import { lastDelivery, onlyFor, pendingCount } from './outbox.ts';
import { SteadfastBook } from './steadfast-book.ts';
import { step } from './step.ts';

/** What alerts are made of: everything real is passed in. */
export interface AlertDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The durable outbox; of one process at a time. */
  readonly state: StateStore;
  readonly channels: readonly AlertChannel[];
  /** ms. */
  readonly outageAfter: number;
  /** The overview page; null when there is none. */
  readonly url: string | null;
  /** @throws when nothing can be seen: then nothing is concluded from this look. */
  readonly observe: () => Promise<AlertView>;
  readonly send: SendAlert;
  /** Distance of two looks, ms; 5 s when left out. */
  readonly everyMs?: number;
}

/** How one channel does. Instants are wall ms. */
export interface ChannelStatus {
  readonly channel: string;
  readonly pending: number;
  readonly lastDeliveredAt: number | null;
  /** Null when nothing failed since the last success. */
  readonly lastError: string | null;
  readonly nextTryAt: number | null;
}

/** How the alerts do. */
export interface AlertsStatus {
  readonly channels: readonly ChannelStatus[];
  /** Alerts that were told and last. */
  readonly open: readonly {
    readonly id: string;
    readonly cause: IncidentCause;
    readonly scopes: readonly string[];
    readonly since: number;
  }[];
  /** Messages that were given up undelivered. */
  readonly dropped: number;
  /** Why the last look failed, did not see the store, or could not be written down; null when all is well. */
  readonly problem: string | null;
}

/** Running alerts. */
export interface RunningAlerts {
  /** Ends looks and deliveries; what is not delivered stays in the outbox. */
  stop(): Promise<void>;
  status(): AlertsStatus;
}

const EVERY_MS = 5_000;
const STOP = new HoldfastError('ERR_STOPPED', 'The alerts were asked to stop.');

/** Begins to look for what has to be told, and to deliver it. */
export function startAlerts(deps: AlertDeps): RunningAlerts {
  const alerts = new Alerts(deps);
  return { stop: () => alerts.stop(), status: () => alerts.status() };
}

/** Modes: running from the start, until it is stopped. */
class Alerts {
  readonly #deps: AlertDeps;
  readonly #kept: SteadfastBook;
  readonly #stopping = new AbortController();
  readonly #couriers: readonly Courier[];
  readonly #work: readonly Promise<unknown>[];
  #book: Book = EMPTY_BOOK;
  #problem: string | null = null;

  constructor(deps: AlertDeps) {
    this.#deps = deps;
    const { channels, state, send, clock, random } = deps;
    const kept = new SteadfastBook(state);
    this.#kept = kept;
    this.#couriers = channels.map((channel) => new Courier({ channel, kept, send, clock, random }));
    const { signal } = this.#stopping;
    this.#work = [this.#look(signal), ...this.#couriers.map((courier) => courier.run(signal))].map((work) =>
      work.catch((error: unknown) => {
        if (error !== STOP) throw error;
      }),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort(STOP);
    await Promise.all(this.#work);
  }

  status(): AlertsStatus {
    const book = this.#book;
    return {
      channels: this.#couriers.map(({ key, name, lastError, nextTryAt }) => ({
        channel: name,
        pending: pendingCount(book, key),
        lastDeliveredAt: lastDelivery(book, key),
        lastError,
        nextTryAt,
      })),
      open: book.alerts.flatMap(({ id, cause, scopes, since, state }) =>
        state.kind === 'told' ? [{ id, cause, scopes, since }] : [],
      ),
      dropped: book.dropped,
      problem: this.#problem,
    };
  }

  async #look(signal: AbortSignal): Promise<never> {
    for (;;) {
      try {
        this.#problem = await this.#lookOnce();
      } catch (error) {
        // The next look sees the same and more, so nothing is lost; the status shows why this one failed.
        this.#problem = error instanceof Error ? error.message : String(error);
      }
      await this.#deps.clock.sleep(this.#deps.everyMs ?? EVERY_MS, { signal });
    }
  }

  /** What this look could not see or write down; null when all is well. */
  async #lookOnce(): Promise<string | null> {
    const { observe, outageAfter, url } = this.#deps;
    const channels = this.#couriers.map(({ key }) => key);
    // Without a channel nobody would be told, and whoever gets one later should be told what is still open.
    if (channels.length === 0) return null;
    const view = await observe();
    const value = await this.#kept.update((current) =>
      writeBook(step(onlyFor(readBook(current), channels), view, { outageAfter, url, channels }), current),
    );
    this.#book = readBook(value);
    for (const courier of this.#couriers) if (pendingCount(this.#book, courier.key) > 0) courier.wake();
    return view.problem ?? this.#kept.refusal;
  }
}
