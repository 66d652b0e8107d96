/*
 * The world in which the programs of the documents run: no network, but the loopback, and upstreams on example.org that stumble at
 * first and then answer.
 */
const asked = new Map();

/** Before the next program. */
export function forget() {
  asked.clear();
}

const ANSWERS = {
  '/chat': { choices: [{ message: { content: 'Well.' } }] },
  '/token': { access_token: 'secret', expires_in: 3600 },
};

const realFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  request.signal.throwIfAborted();
  const { hostname, pathname } = new URL(request.url);
  if (hostname === '127.0.0.1') return await realFetch(request);
  if (!/(^|\.)example\.(org|com)$/.test(hostname)) {
    const cause = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    });
    throw new TypeError('fetch failed', { cause });
  }
  const times = (asked.get(request.url) ?? 0) + 1;
  asked.set(request.url, times);
  if (times === 1) {
    const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    throw new TypeError('fetch failed', { cause });
  }
  if (times === 2)
    return new Response('slow down', {
      status: 429,
      headers: { 'retry-after': '1', date: new Date().toUTCString() },
    });
  return Response.json(ANSWERS[pathname] ?? { path: pathname, items: [1, 2, 3] });
};
