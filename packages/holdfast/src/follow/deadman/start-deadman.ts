import { exponential, resilient } from '@holdfast/resilience';
import type { Policy, Verdict } from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';
import { HoldfastError } from '../../model/error.ts';
import type { CallHttp } from '../http-call.ts';
import type { Pulse } from './pulse.ts';
import { unwellBecause } from './unwell.ts';

/** What the ping works with: everything real is passed in. */
export interface DeadmanDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly url: string;
  /** Distance of two pings, ms. */
  readonly every: number;
  /** A heartbeat older than this many ms is none: the configured `watchdog`. */
  readonly watchdog: number;
  readonly version: string;
  /** Asks engine and supervisor now: never an answer of before. */
  readonly observe: () => Promise<Pulse>;
  readonly call: CallHttp;
}

/** How the ping does. Instants are wall ms. */
export interface DeadmanStatus {
  /** Without what may be secret in it. */
  readonly to: string;
  readonly lastPingAt: number | null;
  /** Why no ping is sent now; null when all is well. */
  readonly withheld: string | null;
  /** Why the last ping failed; null when it did not. */
  readonly lastError: string | null;
}

/** A running ping. */
export interface RunningDeadman {
  stop(): Promise<void>;
  status(): DeadmanStatus;
}

const STOP = new HoldfastError('ERR_STOPPED', 'The ping was asked to stop.');
const ATTEMPT_MS = 30_000;

/** Asks the URL at every interval, as long as the engine is well. */
export function startDeadman(deps: DeadmanDeps): RunningDeadman {
  const deadman = new Deadman(deps);
  return { stop: () => deadman.stop(), status: () => deadman.status() };
}

/**
 * The engine is asked right before each ping and each repeat of one, so that after a hang began at most the one ping
 * may still arrive that was under way. A ping that fails, or is withheld, is tried again within the interval.
 *
 * Modes: pinging (or looking whether to), waiting for the next interval, ended.
 */
class Deadman {
  readonly #deps: DeadmanDeps;
  readonly #stopping = new AbortController();
  readonly #policy: Policy;
  readonly #work: Promise<void>;
  #lastPingAt: number | null = null;
  #withheld: string | null = null;
  #lastError: string | null = null;

  constructor(deps: DeadmanDeps) {
    this.#deps = deps;
    const cap = Math.max(1_000, Math.min(deps.every / 10, 30_000));
    this.#policy = resilient('deadman', {
      clock: deps.clock,
      random: deps.random,
      deadline: deps.every,
      attemptTimeout: Math.min(ATTEMPT_MS, deps.every),
      classify: alwaysAgain,
      retry: { network: { attempts: Number.POSITIVE_INFINITY, backoff: exponential(1_000, cap) } },
    });
    this.#work = this.#run(this.#stopping.signal).catch((error: unknown) => {
      if (error !== STOP) throw error;
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(STOP);
    await this.#work;
  }

  status(): DeadmanStatus {
    return {
      to: new URL(this.#deps.url).host,
      lastPingAt: this.#lastPingAt,
      withheld: this.#withheld,
      lastError: this.#lastError,
    };
  }

  async #run(signal: AbortSignal): Promise<never> {
    const { clock, every } = this.#deps;
    for (;;) {
      const began = clock.monotonic();
      const pinged = await this.#ping(signal);
      // An interval that passed in vain has taken its time already.
      if (pinged) await clock.sleep(Math.max(1_000, began + every - clock.monotonic()), { signal });
    }
  }

  /** False when the interval passed without a ping that was accepted. */
  async #ping(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#policy.run((attempt) => this.#pingOnce(attempt.signal), { signal });
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      return false;
    }
  }

  async #pingOnce(signal: AbortSignal): Promise<void> {
    const { observe, call, clock, url, version, watchdog } = this.#deps;
    const pulse = await observe();
    this.#withheld = unwellBecause(pulse, clock.now(), watchdog);
    if (this.#withheld !== null) throw new HoldfastError('ERR_ENGINE_UNWELL', this.#withheld);
    try {
      const headers = { 'user-agent': `holdfast/${version}` };
      await call({ method: 'GET', url, headers, timeoutMs: ATTEMPT_MS }, signal);
      this.#lastPingAt = clock.now();
      this.#lastError = null;
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }
}

/** The ping is worth nothing unless it is tried again. */
function alwaysAgain(): Verdict {
  return { category: 'network', scope: 'call', safeToReplay: 'yes', evidence: 'event' };
}
