import type { Clock } from '@holdfast/resilience/clock';
import type { JsonValue, Release, StateStore } from '@holdfast/resilience';
import type { Upstream, WireFault } from '@holdfast/upstream';
import type { Answer, Exchange, Transport } from '../../src/transport/port.ts';
import type { Commit, Store } from '../../src/store/port.ts';
import { DiskError, type Cable, type Disk } from './happenings.ts';
import type { Generation } from './generation.ts';
import type { PolitenessWatch } from './politeness-watch.ts';

/** A wire error as the real transport would give it: structurally, with a verdict. */
class WireError extends Error {
  readonly code: string;
  readonly verdict: {
    category: 'network' | 'timeout';
    scope: 'call';
    safeToReplay: 'unknown';
    evidence: 'code';
  };

  constructor(code: string, category: 'network' | 'timeout') {
    super(`simulated ${code}`);
    this.code = code;
    this.verdict = { category, scope: 'call', safeToReplay: 'unknown', evidence: 'code' };
  }
}

const LATENCY_MS = 40;

export interface Network {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly life: Generation;
  readonly watch: PolitenessWatch;
  /** Left out: there is always a network. */
  readonly cable?: Cable;
}

/** Carries exchanges to the simulated upstream by function call; the virtual clock stands for the network. */
export function simTransport(network: Network): Transport {
  return {
    send: (exchange, signal) => network.life.call(() => send(network, exchange, signal)),
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
}

async function send(
  { upstream, clock, watch, cable }: Network,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Answer> {
  if (cable?.plugged === false) throw new WireError('ENETUNREACH', 'network');
  await clock.sleep(LATENCY_MS, { signal });
  watch.arrives(clock.boot());
  const reply = await upstream.handle({
    method: 'GET',
    url: targetOf(exchange.url),
    headers: { ...exchange.headers },
  });
  watch.answers(clock.boot(), reply.headers);
  try {
    await wire(reply.wire, clock, exchange, signal);
  } catch (error) {
    // Cut off by ourselves: nobody has seen what it asked for.
    if (signal.aborted) watch.crashed();
    throw error;
  } finally {
    watch.ends(clock.boot());
  }
  try {
    await clock.sleep(LATENCY_MS, { signal });
  } catch (error) {
    watch.crashed();
    throw error;
  }
  return {
    url: exchange.url,
    status: reply.status,
    headers: reply.headers,
    body: bodyOf(reply),
    receivedAt: clock.now(),
  };
}

/** Path and query: to parse the whole address for each request took longer than to answer some of them. */
function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2));
}

/** A body that HTTP calls complete although it is cut arrives as it is; every other cut is an error. */
function bodyOf(reply: { readonly body: Uint8Array; readonly wire?: WireFault }): Uint8Array {
  return reply.wire?.kind === 'no-length-cut' ? reply.body.subarray(0, reply.wire.after) : reply.body;
}

async function wire(
  fault: WireFault | undefined,
  clock: Clock,
  { timeouts }: Exchange,
  signal: AbortSignal,
): Promise<void> {
  switch (fault?.kind) {
    case undefined:
    case 'drip':
    case 'no-length-cut':
      return;
    case 'stall-before-headers':
      return stall(fault.ms, timeouts.firstByte, 'ERR_TIMEOUT_FIRST_BYTE', clock, signal);
    case 'stall-mid-body':
      return stall(fault.ms, timeouts.idle, 'ERR_TIMEOUT_IDLE', clock, signal);
    default:
      throw new WireError('ECONNRESET', 'network');
  }
}

async function stall(
  ms: number | 'forever',
  limit: number,
  code: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(ms === 'forever' ? limit : Math.min(ms, limit), { signal });
  if (ms === 'forever' || ms > limit) throw new WireError(code, 'timeout');
}

/** The machine's memory of gates and circuits: its data survive the engine, its locks do not. */
export class SimState {
  readonly #data = new Map<string, JsonValue>();

  /** The store as one life of the engine sees it. */
  forLife(life: Generation, watch?: PolitenessWatch): StateStore {
    const locks = new Map<string, Promise<void>>();
    return {
      get: (key) => life.call(() => this.#data.get(key)),
      update: (key, change) =>
        life.call(() => {
          const next = change(this.#data.get(key));
          if (next === undefined) this.#data.delete(key);
          else this.#data.set(key, next);
          watch?.noted();
          return next;
        }),
      lock: async (key) => {
        const before = locks.get(key) ?? Promise.resolve();
        const held = Promise.withResolvers<void>();
        locks.set(
          key,
          before.then(() => held.promise),
        );
        await before;
        const release: Release = () => {
          held.resolve();
          return Promise.resolve();
        };
        return release;
      },
      close: () => Promise.resolve(),
    };
  }
}

const MORTAL = new Set<string | symbol>(['commit', 'putSource', 'plan', 'claim', 'putGaps']);
const REFUSED = new Set<string | symbol>([...MORTAL, 'release']);

/** What is learnt of the walks from what they commit, and the disk under it. */
export interface Seen {
  readonly disk: Disk;
  /** States that were reached. */
  readonly reached: Set<string>;
  /** Keys of the windows whose first look came to an end, whether or not anybody lived to tell of it. */
  readonly walked: Set<string>;
}

/** The store as one life of the engine sees it: each write may be where it dies, or what the disk refuses. */
export function storeForLife(store: Store, life: Generation, seen: Seen): Store {
  // Made once a life: to bind a member at each call took longer than many of the calls.
  const members = new Map<string | symbol, unknown>();
  return new Proxy(store, {
    get(target, name) {
      if (!members.has(name)) {
        const member = memberForLife(target, name, life, seen);
        members.set(name, REFUSED.has(name) ? refusing(member as Write, seen) : member);
      }
      return members.get(name);
    },
  });
}

type Write = (...given: readonly unknown[]) => Promise<unknown>;

/** A write while the disk has room for it. */
function refusing(write: Write, { disk, reached }: Seen): Write {
  return (...given) => {
    if (disk.refusals === 0) return write(...given);
    disk.refusals -= 1;
    reached.add('disk:refused');
    return Promise.reject(new DiskError('simulated ENOSPC'));
  };
}

function memberForLife(target: Store, name: string | symbol, life: Generation, seen: Seen): unknown {
  const member: unknown = Reflect.get(target, name, target);
  if (typeof member !== 'function') return member;
  if (!MORTAL.has(name)) return member.bind(target) as unknown;
  if (name !== 'commit')
    return (...args: unknown[]) => life.call(() => Reflect.apply(member, target, args) as Promise<unknown>);
  return (commit: Commit) => {
    noteWalk(commit, seen.reached);
    return life.call(async () => {
      const result = await target.commit(commit);
      noteEnd(commit, seen.walked);
      return result;
    });
  };
}

/** A gap, or a window that is split, was not looked at to its end; where identifiers are listed instead it never is. */
function noteEnd({ lease: { window }, next, drop }: Commit, walked: Set<string>): void {
  if (window.look > 1 || drop === true) return;
  if (typeof next.lookedAt === 'number') {
    if (next.state !== 'GAP') walked.add(window.key);
  } else if (next.look !== undefined) walked.delete(window.key);
}

function noteWalk({ next }: Commit, reached: Set<string>): void {
  // The first key of every cursor; to parse all of them took as long as to answer the requests.
  const mode = /^\{"mode":"([a-z-]+)"/.exec(next.cursor)?.[1];
  if (mode !== undefined) reached.add(`walk:${mode}`);
  else if (next.cursor !== '') throw new TypeError(`a cursor does not begin with its mode: ${next.cursor}`);
}
