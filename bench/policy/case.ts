/** One thing to be timed: made once, then called one after another. */
export interface Case {
  readonly name: string;
  /** Rows of one group are compared with each other. */
  readonly group: 'retry' | 'breaker' | 'retry + breaker + timeout' | 'open circuit';
  readonly make: () => Promise<() => Promise<unknown>>;
}

/** What is called: nothing that takes time. */
export const noop = async (): Promise<number> => 1;

/** A failure as a network gives it. */
export const reset = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));

/** A rejection is what an open circuit answers with. */
export function swallowing(call: () => Promise<unknown>): () => Promise<unknown> {
  return async () => {
    try {
      await call();
    } catch {
      return;
    }
    throw new Error('The circuit is not open: this row would time something else.');
  };
}
