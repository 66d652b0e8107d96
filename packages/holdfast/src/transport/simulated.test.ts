import { systemClock } from '@holdfast/resilience/clock';
import { createUpstream, serve } from '@holdfast/upstream';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../model/error.ts';
import { biorxivSource } from '../sources/biorxiv/index.ts';
import { httpTransport } from './http-transport.ts';
import type { Answer, Exchange, Transport } from './port.ts';

const never = new AbortController().signal;
const source = biorxivSource({ id: 'sim', kind: 'biorxiv', baseUrl: 'http://127.0.0.1' });
const request = source.first('details', { from: '2026-08-20', to: '2026-09-21' }, 1, '2026-09-20');
const patient = { connect: 5_000, firstByte: 5_000, idle: 5_000 };

/** Arms one fault, sends a request into it and another after it. */
async function into(
  fault: string,
  timeouts: Partial<Exchange['timeouts']> = {},
  headers: Exchange['headers'] = {},
): Promise<{ first: unknown; second: Answer }> {
  const upstream = createUpstream({
    kind: 'biorxiv',
    now: () => Date.parse('2026-09-20T12:00:00Z'),
    seed: 1,
    records: 60,
    days: 5,
    slowMs: 30,
    dripBytesPerSecond: 400_000,
  });
  const listening = await serve(upstream);
  const transport: Transport = httpTransport({ clock: systemClock, userAgent: 'holdfast/test', env: {} });
  const exchange: Exchange = {
    url: `${listening.origin}${new URL(request.url).pathname}`,
    headers: { accept: source.accept, ...headers },
    timeouts: { ...patient, ...timeouts },
    maxBytes: 10_000_000,
  };
  try {
    upstream.arm(`${fault}@1`);
    const first: unknown = await transport.send(exchange, never).catch((reason: unknown) => reason);
    expect(upstream.pending()).toEqual([]);
    return { first, second: await transport.send({ ...exchange, timeouts: patient }, never) };
  } finally {
    await transport.close();
    await listening.close();
  }
}

function reading(answer: unknown): string {
  return source.read(request, answer as Answer, { answeredBefore: false }).type;
}

describe('a fault of the wire', () => {
  it.each([
    ['tcp-reset', 'ERR_CONNECTION_LOST', {}],
    ['early-close', 'ERR_CONNECTION_LOST', {}],
    ['body-cut-reset', 'ERR_BODY_CUT', {}],
    ['body-cut-close', 'ERR_BODY_CUT', {}],
    ['chunked-cut', 'ERR_BODY_CUT', {}],
    ['longer-than-length', 'ERR_BODY_TOO_LONG', {}],
    ['http-garbage', 'ERR_NOT_HTTP', {}],
    ['header-overflow', 'ERR_HEADERS_TOO_LARGE', {}],
    ['gzip-truncated', 'ERR_BODY_CORRUPT', {}],
    ['gzip-bad-crc', 'ERR_BODY_CORRUPT', {}],
    ['gzip-mislabelled', 'ERR_BODY_CORRUPT', {}],
    ['no-length-cut', 'ERR_BODY_CORRUPT', {}],
    ['never-answers', 'ERR_TIMEOUT_FIRST_BYTE', { firstByte: 50 }],
    ['stall-mid-body', 'ERR_TIMEOUT_IDLE', { idle: 50 }],
  ] as const)(
    '%s is refused as %s, and the next request is answered whole',
    async (fault, code, timeouts) => {
      const { first, second } = await into(fault, timeouts);
      expect(first).toBeInstanceOf(HoldfastError);
      expect((first as HoldfastError).code).toBe(code);
      expect(reading(second)).toBe('page');
    },
  );

  it.each(['no-length-cut', 'body-cut-valid'])(
    '%s without compression is valid HTTP: the source refuses it',
    async (fault) => {
      const { first, second } = await into(fault, {}, { 'Accept-Encoding': 'identity' });
      expect([reading(first), reading(second)]).toEqual(['broken', 'page']);
    },
  );

  it.each(['slow-first-byte', 'stall-then-rest', 'slow-drip'])('%s is waited for', async (fault) => {
    const { first, second } = await into(fault);
    expect([reading(first), reading(second)]).toEqual(['page', 'page']);
  });
});
