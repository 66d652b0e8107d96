/** A client of fetch with limits of its own. */
export interface FetchAgent {
  /** Makes fetch use this client. */
  readonly init: RequestInit;
  request(options: object): Promise<unknown>;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

interface Dispatcher {
  readonly constructor: new (options: object) => Dispatcher;
  request(options: object): Promise<unknown>;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

/** A client of the undici that Node itself brings, which has no name to import it by. */
export function agent(options: object): FetchAgent {
  const known = Object.getOwnPropertySymbols(globalThis)
    .filter(({ description }) => description?.startsWith('undici.globalDispatcher') === true)
    .map((symbol) => (globalThis as unknown as Record<symbol, Dispatcher | undefined>)[symbol])
    .find((candidate) => candidate?.constructor.name === 'Agent');
  if (known === undefined) throw new Error('This Node keeps its client of fetch elsewhere.');
  const dispatcher = new known.constructor(options);
  return {
    init: { dispatcher } as unknown as RequestInit,
    request: async (request) => await dispatcher.request(request),
    close: async () => await dispatcher.close(),
    destroy: async () => await dispatcher.destroy(),
  };
}
