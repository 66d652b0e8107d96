import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StandardRetryStrategy } from '@smithy/util-retry';
import { classifyStatus, fullJitter, resilient } from '@holdfast/resilience';
import type { Policy } from '@holdfast/resilience';
import got from 'got';
import { Agent, request, RetryAgent } from 'undici';
import { ended } from '../row.ts';
import type { Row, Seen } from '../row.ts';

const quick = fullJitter(20, 100);

/** Our policy around one request each, as a user would write it. */
const policy = (): Policy =>
  resilient('defects', {
    retry: {
      network: { attempts: 3, backoff: quick },
      dns: { attempts: 3, backoff: quick },
      timeout: { attempts: 3, backoff: quick },
      'rate-limit': { attempts: 3, backoff: quick },
    },
  });

/** A server that throttles the first request and notes when it was asked. */
async function throttling(
  header: string,
  ask: (url: string) => Promise<unknown>,
): Promise<{ readonly gapMs: number; readonly requests: number }> {
  const asked: number[] = [];
  const server = createServer((_, response) => {
    asked.push(performance.now());
    if (asked.length === 1) response.writeHead(429, { 'retry-after': header });
    response.end('well');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await ended(ask(`http://127.0.0.1:${port}/`));
  server.closeAllConnections();
  server.close();
  const [first = 0, second = Infinity] = asked;
  return { gapMs: second - first, requests: asked.length };
}

async function undercut(ask: (url: string) => Promise<unknown>): Promise<Seen> {
  const { gapMs, requests } = await throttling('3', ask);
  if (requests === 1) return { passes: true, seen: 'gave up instead of asking early' };
  return { passes: gapMs >= 3_000, seen: `asked again after ${gapMs.toFixed(0)} ms of 3,000` };
}

async function fetched(url: string): Promise<string> {
  return await policy().run(async ({ signal }) => {
    const response = await fetch(url, { signal });
    const body = await response.text();
    const retryAfter = response.headers.get('retry-after');
    const verdict = classifyStatus(response.status, { retryAfter, now: Date.now(), date: null });
    if (verdict === null) return body;
    throw Object.assign(new Error(`HTTP ${response.status}`), { verdict });
  });
}

/** How often a request is made whose connection fails in this way, or whose answer never begins. */
async function tries(
  how: 'EAI_AGAIN' | 'silence',
  ask: (url: string, agent: Agent) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  const server = createServer(() => (count += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lookup = (_host: string, _options: unknown, done: (error: Error) => void): void => {
    count += 1;
    done(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }));
  };
  const connect = how === 'EAI_AGAIN' ? { lookup: lookup as never } : {};
  const agent = new Agent({ headersTimeout: 100, connect });
  await ended(ask(`http://${how === 'EAI_AGAIN' ? 'somewhere.test' : '127.0.0.1'}:${port}/`, agent));
  await agent.destroy();
  server.closeAllConnections();
  server.close();
  return count;
}

async function defaults(ask: (url: string, agent: Agent) => Promise<unknown>): Promise<Seen> {
  const dns = await tries('EAI_AGAIN', ask);
  const silent = await tries('silence', ask);
  return {
    passes: dns > 1 && silent > 1,
    seen: `${dns} tries after EAI_AGAIN, ${silent} after a headers timeout`,
  };
}

/** Its strategy sleeps by itself before it gives the next token. */
async function clamped(): Promise<Seen> {
  const strategy = new StandardRetryStrategy(3);
  const token = await strategy.acquireInitialRetryToken('defects');
  const retryAfterHint = new Date(Date.now() + 30_000);
  const next = strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING', retryAfterHint });
  const { ms } = await ended(next);
  return { passes: ms >= 29_000, seen: `waited ${ms.toFixed(0)} ms of the 30,000 asked for` };
}

async function cancelled(run: (signal: AbortSignal, count: () => void) => Promise<unknown>): Promise<Seen> {
  let calls = 0;
  const { ms } = await ended(run(AbortSignal.timeout(60), () => (calls += 1)));
  return {
    passes: calls === 1 && ms < 1_000,
    seen: `${calls} calls, settled after ${ms.toFixed(0)} ms of 60`,
  };
}

/** Ends as `fetch` does when its signal aborts. */
const obeying = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

async function gotNoise(): Promise<Seen> {
  const computed: number[] = [];
  const server = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (let n = 0; n < 30; n += 1) {
    const calculateDelay = ({ computedValue }: { readonly computedValue: number }): number => {
      computed.push(computedValue);
      return 0;
    };
    await ended(got(`http://127.0.0.1:${port}/`, { retry: { limit: 2, calculateDelay } }));
  }
  server.closeAllConnections();
  server.close();
  const [least, most] = [Math.min(...computed), Math.max(...computed)];
  return { passes: least < 250, seen: `first delays ${least.toFixed(0)}–${most.toFixed(0)} ms of 1,000` };
}

/** What an HTTP client does about throttles, names that do not resolve, silence and cancellation. */
export const httpRows: readonly Row[] = [
  {
    id: 'D12',
    title: 'a Retry-After is never undercut',
    checks: {
      holdfast: () => undercut(fetched),
      undici: () =>
        undercut((url) =>
          request(url, { dispatcher: new RetryAgent(new Agent(), { maxTimeout: 500, statusCodes: [429] }) }),
        ),
      got: () => undercut((url) => got(url, { retry: { limit: 2, statusCodes: [429] } })),
      smithy: clamped,
    },
  },
  {
    id: 'D13',
    title: 'EAI_AGAIN and timeouts of headers are tried again',
    checks: {
      holdfast: () =>
        defaults((url, dispatcher) => policy().run(({ signal }) => request(url, { dispatcher, signal }))),
      undici: () =>
        defaults((url, agent) =>
          request(url, { dispatcher: new RetryAgent(agent, { minTimeout: 20, maxTimeout: 100 }) }),
        ),
    },
  },
  {
    id: 'D14',
    title: 'a cancelled call is never tried again, and its wait ends with it',
    checks: {
      holdfast: () =>
        cancelled((signal, count) =>
          policy().run(
            async (context) => {
              count();
              return await obeying(context.signal);
            },
            { signal },
          ),
        ),
      undici: () =>
        cancelled(async (signal, count) => {
          const server = createServer(count);
          await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
          const { port } = server.address() as AddressInfo;
          try {
            await request(`http://127.0.0.1:${port}/`, { signal, dispatcher: new RetryAgent(new Agent()) });
          } finally {
            server.closeAllConnections();
            server.close();
          }
        }),
    },
  },
];

/** got's own answer to D15. */
export const gotJitter = gotNoise;
