import type { Clock } from '@holdfast/resilience/clock';
import { parseRetryAfter, type Gate, type GateHold, type OnWait, type Policy } from '@holdfast/resilience';
import { HoldfastError } from '../model/error.ts';
import { phase } from '../model/phase.ts';
import type { Description, PageRequest, Reading, Source } from '../sources/port.ts';
import type { Answer, Head, Transport } from '../transport/port.ts';
import { isRedirect, nextHop } from '../transport/redirects.ts';
import { portalSuspected, refusedRedirect, unusableAnswer } from './upstream-errors.ts';

/** A reading that the walk can work with; the other kinds were asked again here. */
export type Settled = Exclude<Reading, { type: 'throttled' | 'blocked' | 'broken' }>;

/** A request that was answered. */
export interface Fetched {
  readonly answer: Answer;
  readonly reading: Settled;
}

/** What a fetcher of one source works with. */
export interface FetcherOptions {
  readonly source: Source;
  readonly transport: Transport;
  readonly gate: Gate;
  readonly policy: Policy;
  /** One try through the same circuit. */
  readonly once: Policy['run'];
  readonly clock: Clock;
  /** Every wait, from the policy or the gate. */
  readonly onWait: OnWait;
  /** The upstream says that its base URL has moved for good. */
  readonly onMoved: (to: string) => void;
  /** Called before each request, hops included. */
  readonly onRequest: (url: string) => void;
  /** Our own network; left out where there is none to watch. */
  readonly network?: OwnNetwork;
}

/** What is known of our own network, as far as it bears on a request. */
export interface OwnNetwork {
  /** No way leads from this machine to the host of a URL. */
  isDown(url: string): boolean;
  /** Waits, visibly, until there is a way again, or it is time to try whether there is. @throws the signal's reason */
  whileDown(signal: AbortSignal): Promise<void>;
  /** A request failed. Whether that is because no way leads from this machine to the host. */
  failed(url: string): boolean;
  /** An answer came: there is a way after all. */
  reached(url: string): void;
}

/** Why an exchange was cut off by us: its network has changed or gone, or the machine slept. It is asked again. */
const INTERRUPTED = new HoldfastError('ERR_INTERRUPTED', 'The exchange was cut off by ourselves.', {
  hint: 'Nothing to do: it is asked again at once.',
  verdict: {
    category: 'cancelled',
    scope: 'call',
    safeToReplay: 'yes',
    evidence: 'event',
    code: 'ERR_INTERRUPTED',
  },
});
const MAX_BODY_BYTES = 512 * 1024 * 1024;
const BLOCKED_FACTOR = 6;
const LONGEST_COOLDOWN_MS = 24 * 3_600_000;

/**
 * Gets one page: the only layer that retries. Each hop takes its turn at the gate, which knows the interval
 * and every Retry-After; an answer that is none is asked again here, so that walks see only real answers.
 *
 * Remembers how often in a row it was throttled, so that a cool-down that names no time grows, and whether
 * the source answered before, since a 406 in the middle of a walk is a throttle. What `interrupt` cuts off, and
 * what fails while our own network is down, is no try: it is asked again, through the gate.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  #throttled = 0;
  /** Wall ms of the last answer that was one; null before. */
  lastAnswerAt: number | null = null;
  /** Requests sent so far, repeats and redirects included. */
  sent = 0;
  /** The upstream's time minus our boot clock, which never steps, in ms, by its last answer; null before. */
  #serverOffset: number | null = null;
  #moved: string | null = null;
  #flight: AbortController | null = null;
  /** Nothing is sent before, monotonic ms: after a return of the network the services are spread. */
  #notBefore = 0;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** The upstream's time now, in wall ms, by its last answer; null before. */
  get serverNow(): number | null {
    return this.#serverOffset === null ? null : this.#options.clock.boot() + this.#serverOffset;
  }

  /** Cuts off the exchange that is on its way, and sends nothing for `delayMs`: then it is asked again. */
  interrupt(delayMs: number): void {
    this.delay(delayMs);
    this.#flight?.abort(INTERRUPTED);
  }

  /** Sends nothing for `delayMs`; what is on its way goes on. */
  delay(delayMs: number): void {
    this.#notBefore = this.#options.clock.monotonic() + delayMs;
  }

  /**
   * `onAnswer` is called when an answer is there, before it is read.
   * @throws the last error (with its verdict) when the policy gives up, or the signal's reason
   */
  async fetch(request: PageRequest, signal: AbortSignal, onAnswer?: () => void): Promise<Fetched> {
    const { policy, onWait } = this.#options;
    return policy.run((context) => this.#attempt(request, context.signal, onAnswer), { signal, onWait });
  }

  /** As `fetch`, without any retry: to find out whether the upstream answers at all. */
  async tryOnce(request: PageRequest, signal: AbortSignal): Promise<Fetched> {
    const { once, onWait } = this.#options;
    return once((context) => this.#attempt(request, context.signal), { signal, onWait });
  }

  /** What a repository says of itself; null when it refuses to say. @throws as `fetch` */
  async describe(request: PageRequest, signal: AbortSignal): Promise<Description | null> {
    const { policy, onWait, source } = this.#options;
    return policy.run(
      async (context) => {
        const answer = await this.#follow(request.url, context.signal);
        const said = source.readDescription(answer);
        if (!('type' in said)) return said;
        await this.#refuseUnusable(said, answer);
        return null;
      },
      { signal, onWait },
    );
  }

  async #attempt(request: PageRequest, signal: AbortSignal, onAnswer?: () => void): Promise<Fetched> {
    const answer = await this.#follow(request.url, signal);
    onAnswer?.();
    phase('parse', answer);
    const reading = this.#read(request, answer);
    await this.#refuseUnusable(reading, answer);
    this.lastAnswerAt = this.#options.clock.now();
    this.#throttled = 0;
    // Told only once the new address gave a real answer: a network's login page redirects too.
    if (this.#moved !== null) this.#options.onMoved(this.#moved);
    this.#moved = null;
    return { answer, reading: withServerDate(reading as Settled, answer) };
  }

  /** A reader that fails in a way of its own has met an answer that nobody foresaw: as useless as a cut one, and visible. */
  #read(request: PageRequest, answer: Answer): Reading {
    try {
      return this.#options.source.read(request, answer, { answeredBefore: this.lastAnswerAt !== null });
    } catch (error) {
      const detail = `it cannot be read: ${String(error)}`;
      return { type: 'broken', code: 'ERR_READER', detail };
    }
  }

  async #follow(url: string, signal: AbortSignal): Promise<Answer> {
    const visited = [url];
    for (let current = url; ;) {
      const answer = await this.#send(current, signal);
      const { clock } = this.#options;
      const ahead = aheadOf(answer);
      if (ahead !== null) this.#serverOffset = clock.now() + ahead - clock.boot();
      if (!isRedirect(answer.status)) return answer;
      const hop = nextHop(visited, answer.status, answer.headers['location']);
      if (hop.type === 'refused') throw portalSuspected(answer, url) ?? refusedRedirect(hop.reason, current);
      if (hop.moved) this.#moved = hop.url;
      visited.push(hop.url);
      current = hop.url;
    }
  }

  /** One hop. What our own side cuts off is sent again: it says nothing of the upstream. */
  async #send(url: string, signal: AbortSignal): Promise<Answer> {
    const { network } = this.#options;
    for (;;) {
      if (network?.isDown(url) === true) await network.whileDown(signal);
      try {
        const answer = await this.#exchange(url, signal);
        network?.reached(url);
        return answer;
      } catch (error) {
        if (signal.aborted || (error !== INTERRUPTED && network?.failed(url) !== true)) throw error;
      }
    }
  }

  /** A time that the upstream named holds although its answer was cut off, by whomever. */
  async #exchange(url: string, signal: AbortSignal): Promise<Answer> {
    const seen: { head: Head | null } = { head: null };
    try {
      return await this.#pass(url, signal, (head) => (seen.head = head));
    } catch (error) {
      const hold = seen.head === null ? undefined : holdOf(seen.head, this.#options.clock);
      if (hold !== undefined) await this.#options.gate.close(hold.ms, hold);
      throw error;
    }
  }

  #pass(url: string, signal: AbortSignal, onHead: (head: Head) => void): Promise<Answer> {
    const { gate, transport, source, clock, onWait, onRequest } = this.#options;
    const { accept, timeouts } = source;
    return gate.run(
      async () => {
        const flight = new AbortController();
        this.#flight = flight;
        const either = AbortSignal.any([signal, flight.signal]);
        const rest = this.#notBefore - clock.monotonic();
        if (rest > 0) await clock.sleep(rest, { signal: either });
        this.sent += 1;
        onRequest(url);
        const exchange = { url, headers: { accept }, timeouts, maxBytes: MAX_BODY_BYTES, onHead };
        return transport.send(exchange, either);
      },
      { signal, onWait, minIntervalMs: source.minIntervalMs, hold: (answer) => holdOf(answer, clock) },
    );
  }

  /** Closes the gate for everybody when asked to slow down; throws for each reading that is no answer. */
  async #refuseUnusable(reading: { readonly type?: string }, answer: Answer): Promise<void> {
    if (!isUnusable(reading)) return;
    if (reading.type !== 'broken') await this.#coolDown(reading.type, answer, reading.detail);
    else this.#options.transport.reset();
    throw portalSuspected(answer, this.#options.source.baseUrl) ?? unusableAnswer(reading, answer.url);
  }

  async #coolDown(type: 'throttled' | 'blocked', answer: Answer, detail: string): Promise<void> {
    const { gate, clock, source } = this.#options;
    this.#throttled += 1;
    // A time that the upstream named is noted already, with the end of its answer.
    if (holdOf(answer, clock) !== undefined) return;
    const base = type === 'blocked' ? source.cooldownMs * BLOCKED_FACTOR : source.cooldownMs;
    const grown = Math.min(base * 2 ** Math.min(this.#throttled - 1, 6), LONGEST_COOLDOWN_MS);
    await gate.close(grown, { kind: 'cooldown', reason: `${type}: ${detail}` });
  }
}

function isUnusable(reading: {
  readonly type?: string;
}): reading is Extract<Reading, { type: 'throttled' | 'blocked' | 'broken' }> {
  return reading.type === 'throttled' || reading.type === 'blocked' || reading.type === 'broken';
}

/** What the upstream itself asked for, under whatever status it refused us. */
function holdOf({ status, headers }: Head, clock: Clock): GateHold | undefined {
  const asked = parseRetryAfter(headers['retry-after'], { now: clock.now(), date: headers['date'] ?? null });
  if (asked === null || status < 300) return undefined;
  return {
    ms: asked.waitMs,
    kind: 'retry-after',
    reason: `HTTP ${String(status)} with Retry-After`,
    raw: asked.raw,
  };
}

/** By the `Date` header, plus the time that a cache has kept the answer (`Age`, RFC 9111). */
function aheadOf({ headers, receivedAt }: Answer): number | null {
  const date = Date.parse(headers['date'] ?? '');
  const age = Number(headers['age'] ?? 0);
  return Number.isNaN(date) || !(age >= 0) ? null : date + age * 1000 - receivedAt;
}

/** A protocol without a date of its own (bioRxiv) has the server's `Date` header. */
function withServerDate(reading: Settled, answer: Answer): Settled {
  if ((reading.type !== 'page' && reading.type !== 'nothing') || reading.serverDate !== null) return reading;
  const header = Date.parse(answer.headers['date'] ?? '');
  return Number.isNaN(header) ? reading : { ...reading, serverDate: new Date(header).toISOString() };
}

/** The code of an error, for events. */
export function codeOf(error: unknown): string {
  if (error instanceof HoldfastError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'ERR_UNKNOWN';
}
