import type { FaultDefinition } from './definition.ts';
import type { FaultRequest } from './parse.ts';

interface Armed extends FaultRequest {
  /** Pages of the scope that had been served when the fault was armed. */
  readonly base: number;
  fired: number;
}

/** A fault that fires now. */
export interface Firing {
  readonly definition: FaultDefinition;
  readonly scope: string;
  /** The page of the scope that is being asked for, from 1. */
  readonly page: number;
}

/**
 * Which fault fires when. Each scope counts the pages it has served; a request on which a fault fires that delivers
 * nothing does not count, so that asking again is asking for the same page. A fault `@P` fires on the first request
 * for which P - 1 pages have been served since it was armed and whose need is met, and then on every further one
 * until it has fired as often as it should.
 */
export class FaultEngine {
  readonly #armed: Armed[] = [];
  readonly #served = new Map<string, number>();

  arm(request: FaultRequest): void {
    this.#armed.push({ ...request, base: this.#count(request.scope), fired: 0 });
  }

  disarm(name?: string): void {
    const kept = name === undefined ? [] : this.#armed.filter((each) => each.definition.name !== name);
    this.#armed.splice(0, this.#armed.length, ...kept);
  }

  /** Names of faults that have not fired as often as they should; those for ever are pending until they fired once. */
  pending(): readonly string[] {
    return this.#armed
      .filter((each) => (each.times === Infinity ? each.fired === 0 : each.fired < each.times))
      .map((each) => each.definition.name);
  }

  /** True when no fault can fire any more. */
  get spent(): boolean {
    return this.#armed.every((each) => each.fired >= each.times);
  }

  /** The fault that fires on a request of these scopes; it counts as fired. */
  choose(scopes: readonly string[], met: (definition: FaultDefinition) => boolean): Firing | undefined {
    for (const each of this.#armed) {
      const page = this.#count(each.scope) + 1;
      if (
        !scopes.includes(each.scope) ||
        each.fired >= each.times ||
        page - each.base < each.page ||
        !met(each.definition)
      )
        continue;
      each.fired += 1;
      return { definition: each.definition, scope: each.scope, page };
    }
    return undefined;
  }

  /** A page of these scopes has been served. */
  served(scopes: readonly string[]): void {
    for (const scope of scopes) this.#served.set(scope, this.#count(scope) + 1);
  }

  #count(scope: string): number {
    return this.#served.get(scope) ?? 0;
  }
}
