import type { Verdict } from '../classify/verdict.ts';
import type { CallOptions, Lease } from '../session/lease.ts';

/** A lease that remembers whether anything may have been done through it. */
export class ObservedLease<V> implements Lease<V> {
  readonly #lease: Lease<V>;
  #mayHaveActed = false;

  constructor(lease: Lease<V>) {
    this.#lease = lease;
  }

  /** Whether a call has succeeded, or the resource was taken for calls that nobody sees. */
  get mayHaveActed(): boolean {
    return this.#mayHaveActed;
  }

  get resource(): V {
    const resource = this.#lease.resource;
    this.#mayHaveActed ||= resource !== undefined;
    return resource;
  }

  get generation(): number {
    return this.#lease.generation;
  }

  get signal(): AbortSignal {
    return this.#lease.signal;
  }

  get stale(): boolean {
    return this.#lease.stale;
  }

  async run<T>(call: (resource: V) => Promise<T>, options?: CallOptions): Promise<T> {
    const value = await this.#lease.run(call, options);
    this.#mayHaveActed = true;
    return value;
  }

  report(error: unknown): Verdict {
    return this.#lease.report(error);
  }

  release(): Promise<void> {
    return this.#lease.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lease.release();
  }
}

/**
 * Whether an act that failed certainly did nothing. The verdict speaks of the call that failed; calls before it may
 * have been the ones that mattered.
 */
export function wasRefused(error: unknown, verdict: Verdict, lease: ObservedLease<unknown>): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (code === 'ERR_EFFECT_REFUSED') return true;
  return verdict.safeToReplay === 'yes' && !lease.mayHaveActed;
}
