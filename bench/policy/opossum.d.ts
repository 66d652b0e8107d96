declare module 'opossum' {
  /** opossum brings no types: what the rows here use. */
  export default class CircuitBreaker {
    constructor(action: (...args: never[]) => Promise<unknown>, options?: Readonly<Record<string, unknown>>);
    fire(...args: readonly unknown[]): Promise<unknown>;
    on(event: string, listener: () => void): this;
    readonly opened: boolean;
    getSignal(): AbortSignal | undefined;
  }
}
