import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { classifyStatus } from '../../../src/classify/index.ts';
import { systemClock } from '../../../src/clock/index.ts';
import { bulkhead, constant, paceBy, rateLimit, resilient } from '../../../src/policy/index.ts';
import type { Policy, PolicyOptions, RateLimiter } from '../../../src/policy/index.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => void (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
}

interface Counts {
  /** Tokens of the server, and how many come per ms. */
  tokens: number;
  perMs: number;
  ok: number;
  refused: number;
  running: number;
  most: number;
}

const CAPACITY = 30;

/** Thirty at once, then what `perMs` says; more is answered by a 429 that says how long until there is one. */
async function bucketServer(): Promise<{ readonly url: string; readonly counts: Counts }> {
  const counts: Counts = { tokens: CAPACITY, perMs: 0, ok: 0, refused: 0, running: 0, most: 0 };
  let filledAt = systemClock.monotonic();
  const url = await serve((_, response) => {
    const now = systemClock.monotonic();
    counts.tokens = Math.min(CAPACITY, counts.tokens + (now - filledAt) * counts.perMs);
    filledAt = now;
    const taken = counts.tokens >= 1;
    if (taken) counts.tokens -= 1;
    counts[taken ? 'ok' : 'refused'] += 1;
    counts.running += 1;
    counts.most = Math.max(counts.most, counts.running);
    systemClock.timer(5, () => {
      counts.running -= 1;
      const seconds = Math.max(0, 1 - counts.tokens) / (counts.perMs || 1) / 1_000;
      response.setHeader('x-ratelimit-limit', String(CAPACITY));
      response.setHeader('x-ratelimit-remaining', String(Math.floor(counts.tokens)));
      response.setHeader('x-ratelimit-reset-after', seconds.toFixed(3));
      response.writeHead(taken ? 200 : 429).end(taken ? 'ok' : 'slow down');
    });
  });
  return { url, counts };
}

async function get(url: string, rate?: RateLimiter): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  const { headers } = response;
  if (rate !== undefined) paceBy(rate, headers, { now: systemClock.now() });
  const verdict = classifyStatus(response.status, { headers, now: systemClock.now() });
  if (verdict !== null) throw Object.assign(new Error(`HTTP ${response.status}`), { verdict });
  return body;
}

function politely(options: PolicyOptions): Policy {
  const rules = { 'rate-limit': { attempts: 50, backoff: constant(50) } };
  return resilient('polite', { retry: rules, random: { next: () => 0 }, ...options });
}

const CALLS = 60;

test('with a limit of rate and of concurrency, many runs meet hardly a 429; without, most do', async () => {
  const { url, counts } = await bucketServer();
  const bare = await Promise.allSettled(Array.from({ length: CALLS }, () => get(url)));
  const throttled = bare.filter(({ status }) => status === 'rejected').length;
  expect(throttled).toBe(CALLS - CAPACITY);
  expect(counts).toMatchObject({ ok: CAPACITY, refused: throttled });
  Object.assign(counts, { tokens: CAPACITY, perMs: 0.05, ok: 0, refused: 0, most: 0 });

  const rate = rateLimit('50/s', { burst: 5 });
  const concurrency = bulkhead({ concurrent: 4, queue: Number.POSITIVE_INFINITY });
  const policy = politely({ rate, concurrency });
  const bodies = await Promise.all(Array.from({ length: CALLS }, () => policy.run(() => get(url))));
  expect(bodies).toEqual(Array.from({ length: CALLS }, () => 'ok'));
  expect(counts.ok).toBe(CALLS);
  // None, unless this process stands still for longer than the server saves up.
  expect(counts.refused).toBeLessThanOrEqual(throttled / 3);
  expect(counts.most).toBeLessThanOrEqual(4);
  expect(concurrency.snapshot()).toEqual({ limit: 4, running: 0, queued: 0, abandoned: 0 });
});

test('one 429 without a Retry-After stops everybody until the reset that its RateLimit header tells', async () => {
  let [refusedAt, arrivals, early] = [Number.NaN, 0, 0];
  const url = await serve((_, response) => {
    arrivals += 1;
    const now = systemClock.monotonic();
    if (arrivals === 3) refusedAt = now;
    else if (now < refusedAt + 1_000) early += 1;
    response.setHeader('ratelimit', `"default";r=${arrivals === 3 ? 0 : 9};t=1`);
    response.writeHead(arrivals === 3 ? 429 : 200).end('ok');
  });
  const policy = politely({ rate: rateLimit('500/s'), concurrency: bulkhead({ concurrent: 1, queue: 100 }) });
  await Promise.all(Array.from({ length: 10 }, () => policy.run(() => get(url))));
  expect(arrivals).toBe(11);
  expect(refusedAt).not.toBeNaN();
  expect(early).toBe(0);
});

test('a success that says that nothing is left stops everybody before there is a 429', async () => {
  let [exhaustedAt, arrivals, early] = [Number.NaN, 0, 0];
  const url = await serve((_, response) => {
    arrivals += 1;
    const now = systemClock.monotonic();
    if (now < exhaustedAt + 1_000) early += 1;
    if (arrivals === 3) exhaustedAt = now;
    response.setHeader('x-ratelimit-remaining', arrivals === 3 ? '0' : '9');
    response.setHeader('x-ratelimit-reset', '1');
    response.end('ok');
  });
  const rate = rateLimit('500/s');
  const policy = politely({ rate, concurrency: bulkhead({ concurrent: 1, queue: 100 }) });
  await Promise.all(Array.from({ length: 10 }, () => policy.run(() => get(url, rate))));
  expect(arrivals).toBe(10);
  expect(exhaustedAt).not.toBeNaN();
  expect(early).toBe(0);
});
