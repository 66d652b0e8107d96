import { exponential, resilient } from '@holdfast/resilience';
import type { Policy, Verdict } from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';
import type { AlertChannel } from '../../config/config.ts';
import { readBook, writeBook } from './book.ts';
import { channelKey, channelName } from './channel-name.ts';
import type { AlertMessage } from './message.ts';
import { allPending, delivered } from './outbox.ts';
import type { SteadfastBook } from './steadfast-book.ts';

/** Hands one message to one channel; resolves when the channel has accepted it. */
export type SendAlert = (channel: AlertChannel, message: AlertMessage, signal: AbortSignal) => Promise<void>;

/** What a courier works with. */
export interface CourierOptions {
  readonly channel: AlertChannel;
  readonly kept: SteadfastBook;
  readonly send: SendAlert;
  readonly clock: Clock;
  readonly random: Random;
}

/** After so many refusals in a row, some nine minutes, a message may be what the channel does not like. */
const REFUSALS = 8;
/** Longest time that one delivery may take. */
const ATTEMPT_LIMIT = '90s';

/**
 * Delivers the messages of one channel, in their order, for ever: the only layer that tries again. A message is marked
 * only after the channel has accepted it, so that a process which dies in between delivers it again, under its old id.
 * One that is refused again and again does not hold up the others for ever: they get a turn after each of its refusals.
 *
 * Modes: idle (nothing is due), busy (sending, or waiting before it tries again), ended.
 */
export class Courier {
  readonly key: string;
  readonly name: string;
  readonly #options: CourierOptions;
  readonly #policy: Policy;
  #wake = Promise.withResolvers<void>();
  /** The oldest message, and how often in a row it was refused. */
  #refused = { id: '', times: 0 };
  /** The last failure of what is being delivered now; null when all is well. */
  lastError: string | null = null;
  /** Wall ms of the next try; null when none is waited for. */
  nextTryAt: number | null = null;

  constructor(options: CourierOptions) {
    this.key = channelKey(options.channel);
    this.name = channelName(options.channel);
    this.#options = options;
    this.#policy = resilient(`alerts ${this.key}`, {
      clock: options.clock,
      random: options.random,
      attemptTimeout: ATTEMPT_LIMIT,
      classify: alwaysAgain,
      retry: { network: { attempts: Number.POSITIVE_INFINITY, backoff: exponential('2s', '5m') } },
    });
  }

  /** Something may be due. */
  wake(): void {
    this.#wake.resolve();
  }

  /** @throws the signal's reason when it aborts; nothing else. */
  async run(signal: AbortSignal): Promise<never> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    aborted.catch(() => undefined);
    for (;;) {
      signal.throwIfAborted();
      const wake = this.#wake.promise;
      const message = await this.#persistently((attempt) => this.#deliver(attempt), signal);
      if (message === undefined) {
        await Promise.race([wake, aborted]);
        this.#wake = Promise.withResolvers();
      } else await this.#persistently(() => this.#mark(message), signal);
    }
  }

  /** Sends the oldest message that is due, or one of the others; undefined when none is due. */
  async #deliver(signal: AbortSignal): Promise<AlertMessage | undefined> {
    const { send, channel, kept } = this.#options;
    const [oldest, ...others] = allPending(readBook(await kept.get()), this.key);
    if (oldest === undefined) return undefined;
    try {
      await send(channel, oldest, signal);
      return oldest;
    } catch (error) {
      const { id, times } = this.#refused;
      this.#refused = { id: oldest.id, times: id === oldest.id ? times + 1 : 1 };
      const other = others[Math.max(0, this.#refused.times - REFUSALS) % others.length];
      if (this.#refused.times < REFUSALS || other === undefined || signal.aborted) throw error;
      await send(channel, other, signal);
      return other;
    }
  }

  async #mark({ id }: AlertMessage): Promise<void> {
    const { kept, clock } = this.#options;
    const at = clock.now();
    await kept.update((current) => writeBook(delivered(readBook(current), id, this.key, at), current));
  }

  async #persistently<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const result = await this.#policy.run((attempt) => work(attempt.signal), {
      signal,
      onWait: ({ until, error }) => {
        this.lastError = error instanceof Error ? error.message : String(error);
        this.nextTryAt = until ?? null;
      },
    });
    this.lastError = null;
    this.nextTryAt = null;
    return result;
  }
}

/** Whatever went wrong, the channel may be mended: the message is worth another try, and its id tells a repeat. */
function alwaysAgain(error: unknown): Verdict {
  const { retryAfterMs } = (error ?? {}) as { retryAfterMs?: unknown };
  return {
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
    evidence: 'event',
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  };
}
