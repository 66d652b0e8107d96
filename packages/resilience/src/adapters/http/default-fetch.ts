/** What the client needs of fetch: the global one, or one that is passed in. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** The real network. */
export const defaultFetch: Fetch = (url, init) => fetch(url, init);
