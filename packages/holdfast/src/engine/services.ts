import { gate, type Breaker, type Gate, type StateStore } from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';
import type { Source } from '../sources/port.ts';
import { serviceCircuit } from './request-policy.ts';

/** What sources of one upstream service share. */
export interface Service {
  readonly key: string;
  readonly gate: Gate;
  readonly circuit: Breaker;
}

/** The upstream services of an engine, made when a source first needs one. */
export class Services {
  readonly #tools: { readonly state: StateStore; readonly clock: Clock; readonly random: Random };
  readonly #services = new Map<string, Service>();

  constructor({
    state,
    clock,
    random,
  }: {
    readonly state: StateStore;
    readonly clock: Clock;
    readonly random: Random;
  }) {
    // Whoever makes this has more in hand than a gate knows, and a gate names what it does not know.
    this.#tools = { state, clock, random };
  }

  /** The service of a source; the first source's interval is the gate's own, each request names its own. */
  of({ gateKey: key, minIntervalMs }: Pick<Source, 'gateKey' | 'minIntervalMs'>): Service {
    const existing = this.#services.get(key);
    if (existing !== undefined) return existing;
    const made = {
      key,
      gate: gate({ key, minIntervalMs, ...this.#tools }),
      circuit: serviceCircuit({ name: key, ...this.#tools }),
    };
    this.#services.set(key, made);
    return made;
  }

  all(): readonly Service[] {
    return [...this.#services.values()];
  }
}
