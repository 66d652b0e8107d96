import type { SessionEvent, SessionState } from '../../src/session/index.ts';
import type { Peer } from './peer.ts';

/** Which state may follow which: written from the description of the states, not from the machine. */
const FOLLOWS: Readonly<Record<SessionState['kind'], readonly SessionState['kind'][]>> = {
  idle: ['opening', 'draining'],
  opening: ['opening', 'ready', 'needs-human', 'open-circuit', 'draining'],
  ready: ['suspect', 'recovering', 'open-circuit', 'draining'],
  suspect: ['suspect', 'ready', 'recovering', 'needs-human', 'open-circuit', 'draining'],
  recovering: ['recovering', 'ready', 'needs-human', 'open-circuit', 'draining'],
  'needs-human': ['needs-human', 'opening', 'recovering', 'suspect', 'draining'],
  'open-circuit': ['opening', 'recovering', 'draining'],
  draining: ['closed'],
  closed: [],
};

/** Limits that the referee holds the session to. */
export interface Limits {
  readonly recoveries: { readonly max: number; readonly perMs: number };
  readonly logins: { readonly max: number; readonly perMs: number };
  readonly loginAttempts: number;
  readonly circuitOpenMs: number;
  readonly closeThenOpen: boolean;
}

/** Watches what the session does to its peers and what it tells, and knows what it must not do. */
export class Referee {
  readonly violations: string[] = [];
  readonly transitions = new Set<string>();
  generation = 0;
  state: SessionState = { kind: 'idle' };
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #peers: readonly Peer[];
  readonly #opens = new Set<AbortSignal>();
  readonly #logins = new Set<AbortSignal>();
  readonly #recoveries: number[] = [];
  #loginsAt: number[] = [];
  #refused = 0;

  constructor(limits: Limits, now: () => number, peers: readonly Peer[]) {
    this.#limits = limits;
    this.#now = now;
    this.#peers = peers;
  }

  blame(what: string): void {
    this.violations.push(what);
  }

  opens(signal: AbortSignal): void {
    for (const other of this.#opens) if (!other.aborted) this.blame('two opens at a time');
    this.#opens.add(signal);
    const open = this.#peers.filter((peer) => isOpen(peer));
    // What is left of one that has ended may be cleared meanwhile.
    const alive = open.find((peer) => peer.alive);
    if (this.#limits.closeThenOpen && alive !== undefined) {
      this.blame(`an open while peer ${String(alive.id)} is open`);
    }
    if (open.filter((peer) => !peer.closeAsked).length > 1) this.blame('more than two resources at a time');
  }

  opened(signal: AbortSignal): void {
    this.#opens.delete(signal);
  }

  /** `valid`: somebody is logged in already. */
  logsIn(signal: AbortSignal, valid: boolean, reason: string): void {
    for (const other of this.#logins) if (!other.aborted) this.blame('two logins at a time');
    this.#logins.add(signal);
    if (valid && reason !== 'the login ends soon') this.blame(`a login too many (${reason})`);
    const { max, perMs } = this.#limits.logins;
    const now = this.#now();
    const last = this.#loginsAt.at(-1) ?? -Infinity;
    this.#loginsAt = this.#loginsAt.filter((at) => now - at < perMs);
    if (this.#loginsAt.length >= max) this.blame('the budget of logins was exceeded');
    if (this.#refused >= this.#limits.loginAttempts && now - last < this.#limits.circuitOpenMs) {
      this.blame('logged in again right after being refused too often');
    }
    this.#loginsAt.push(now);
  }

  loggedIn(signal: AbortSignal, outcome: 'ok' | 'refused' | 'not-sent' | 'other'): void {
    this.#logins.delete(signal);
    if (outcome === 'ok') this.#refused = 0;
    if (outcome === 'refused' && !signal.aborted) this.#refused += 1;
    if (outcome === 'not-sent') this.#loginsAt.pop();
  }

  hears(event: SessionEvent): void {
    if (event.type === 'opened') this.#published(event.generation);
    if (event.type === 'state') this.#moved(event.from, event.to);
  }

  /** Somebody got a lease. */
  lent(generation: number): void {
    if (generation !== this.generation)
      this.blame(`a lease on generation ${String(generation)} was lent late`);
  }

  #published(generation: number): void {
    if (generation !== this.generation + 1) this.blame(`generation ${String(generation)} was published`);
    this.generation = generation;
    const peer = this.#peers.find((each) => each.generation === generation && isOpen(each));
    if (peer === undefined) this.blame('a resource was published that is not open');
    else if (!peer.probed) this.blame('a resource was published before its probe');
  }

  #moved(from: SessionState, to: SessionState): void {
    this.transitions.add(`${from.kind} -> ${to.kind}`);
    if (!FOLLOWS[from.kind].includes(to.kind)) this.blame(`${to.kind} does not follow ${from.kind}`);
    if (from.kind !== this.state.kind) this.blame(`${from.kind} was left while in ${this.state.kind}`);
    this.state = to;
    const begins =
      to.kind === 'recovering' && to.loss !== null && to.attempt === 1 && from.kind !== 'open-circuit';
    if (!begins || (from.kind !== 'ready' && from.kind !== 'suspect' && !isRetiring(from))) return;
    const { max, perMs } = this.#limits.recoveries;
    const now = this.#now();
    if (this.#recoveries.filter((at) => now - at < perMs).length >= max) {
      this.blame('the budget of recoveries was exceeded');
    }
    this.#recoveries.push(now);
  }
}

function isRetiring(state: SessionState): boolean {
  return state.kind === 'recovering' && state.attempt === 0;
}

/** Open, and nobody has found it impossible to close it. */
export function isOpen(peer: Peer): boolean {
  return !peer.closed && !peer.closeGivenUp && !peer.abandoned;
}
