import { gate, resilient } from '@holdfast/resilience';
import { VirtualClock } from '@holdfast/resilience/clock';
import { memoryState } from '@holdfast/resilience/state';
import { expect, test } from 'vitest';
import { oaiPmhSource } from '../sources/oai-pmh/index.ts';
import type { Transport } from '../transport/port.ts';
import { Fetcher } from './fetcher.ts';

const source = oaiPmhSource({
  id: 's',
  baseUrl: 'http://127.0.0.1/oai',
  metadataPrefix: 'oai_dc',
  minIntervalMs: 1_000,
});
const request = { url: 'http://127.0.0.1/oai?verb=Identify', as: 'Identify', continues: false };

/** A fetcher whose first answer begins with these headers and never ends. */
function cutOff(headers: Readonly<Record<string, string>>) {
  const clock = new VirtualClock({ start: Date.UTC(2026, 4, 18) });
  const sent: number[] = [];
  const transport: Transport = {
    send: (exchange, signal) => {
      sent.push(clock.monotonic());
      if (sent.length > 1) return Promise.reject(new Error('the end of the test'));
      exchange.onHead?.({ status: 503, headers });
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
  const origin = gate({ key: 'one', minIntervalMs: 1_000, state: memoryState(), clock });
  const policy = resilient('one', { clock });
  const fetcher = new Fetcher({
    source,
    transport,
    gate: origin,
    policy,
    once: policy.run.bind(policy),
    clock,
    onWait: () => undefined,
    onMoved: () => undefined,
    onRequest: () => undefined,
  });
  return { clock, sent, fetcher };
}

test.each([
  [{ 'retry-after': '600' }, 600_000],
  [{}, 1_000],
])(
  'an answer with %j that is cut off by ourselves is asked for again when that is over',
  async (headers, ms) => {
    const { clock, sent, fetcher } = cutOff(headers);
    const outcome = fetcher.tryOnce(request, new AbortController().signal).catch((error: unknown) => error);
    await clock.advance(10);
    fetcher.interrupt(0);
    await clock.advance(3_600_000);
    expect(await outcome).toMatchObject({ message: 'the end of the test' });
    expect(sent).toHaveLength(2);
    expect((sent[1] ?? 0) - (sent[0] ?? 0)).toBeGreaterThanOrEqual(ms);
    expect((sent[1] ?? 0) - (sent[0] ?? 0)).toBeLessThan(ms + 100);
  },
);

test('a reader that fails in a way of its own makes an answer useless, and not the engine', async () => {
  const clock = new VirtualClock({ start: Date.UTC(2026, 4, 18) });
  const read = (): never => {
    throw new TypeError("Cannot read properties of undefined (reading 'x')");
  };
  const transport: Transport = {
    send: ({ url }) =>
      Promise.resolve({ url, status: 200, headers: {}, body: new Uint8Array(), receivedAt: clock.now() }),
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
  const policy = resilient('one', { clock });
  const fetcher = new Fetcher({
    source: { ...source, read },
    transport,
    gate: gate({ key: 'one', minIntervalMs: 1_000, state: memoryState(), clock }),
    policy,
    once: policy.run.bind(policy),
    clock,
    onWait: () => undefined,
    onMoved: () => undefined,
    onRequest: () => undefined,
  });
  const outcome = fetcher.tryOnce(request, new AbortController().signal).catch((error: unknown) => error);
  await clock.advance(10_000);
  expect(await outcome).toMatchObject({
    code: 'ERR_READER',
    message: expect.stringContaining('Cannot read properties') as string,
    verdict: { category: 'network' },
  });
});
