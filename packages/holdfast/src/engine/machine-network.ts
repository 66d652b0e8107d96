import type { Clock } from '@holdfast/resilience/clock';
import type { OwnNetwork } from '../ingest/fetcher.ts';
import { Pauses } from '../ingest/pauses.ts';
import type { WaitNotice } from '../model/event.ts';
import { isLoopback } from '../transport/loopback.ts';

/** Without a network it is tried this often all the same, ms: not every way shows as an address. */
const PROBE_MS = 60_000;

/** What a machine's network is made of. */
export interface MachineNetworkOptions {
  readonly clock: Clock;
  /** Whether an interface has an address that leads anywhere, as last looked at. */
  readonly hasAddress: () => boolean;
  /** Told when the state changes. */
  readonly onState: (state: 'up' | 'down') => void;
}

/**
 * Modes: `up`, and `down` while no interface has an address. It is down once the watch says so, or a request has failed
 * without any address (at the start: a machine may have none that shows, and a way all the same). What cannot be
 * reached while it is down waits, without burning tries; a slow probe goes on.
 */
export class MachineNetwork {
  readonly #options: MachineNetworkOptions;
  readonly #pauses: Pauses;
  #state: 'up' | 'down' = 'up';
  #since: number | null = null;

  constructor(options: MachineNetworkOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.clock);
  }

  get state(): 'up' | 'down' {
    return this.#state;
  }

  /** Wall ms of the last change; null before. */
  get since(): number | null {
    return this.#since;
  }

  /** The watch says what it is now. */
  become(state: 'up' | 'down'): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#options.clock.now();
    this.#options.onState(state);
    if (state === 'up') this.#pauses.endAll();
  }

  /** The network as a source sees it; its waits are told to `note`. */
  seenBy(note: (wait: WaitNotice, over: Promise<void>) => void): OwnNetwork {
    return {
      isDown: (url) => this.#isDown(url),
      whileDown: (signal) => this.#whileDown(signal, note),
      failed: (url) => {
        if (!this.#options.hasAddress() && !leadsHere(url)) this.become('down');
        return this.#isDown(url);
      },
      reached: (url) => {
        if (!leadsHere(url)) this.become('up');
      },
    };
  }

  #isDown(url: string): boolean {
    return this.#state === 'down' && !leadsHere(url);
  }

  async #whileDown(
    signal: AbortSignal,
    note: (wait: WaitNotice, over: Promise<void>) => void,
  ): Promise<void> {
    const over = Promise.withResolvers<void>();
    const notice: WaitNotice = {
      why: 'offline',
      reason: 'this machine has no network',
      until: this.#options.clock.now() + PROBE_MS,
      attempt: 0,
      error: null,
    };
    note(notice, over.promise);
    try {
      await this.#pauses.wait(PROBE_MS, signal);
    } finally {
      over.resolve();
    }
  }
}

function leadsHere(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && isLoopback(parsed.hostname);
}
