import { gate } from '@holdfast/resilience';
import { VirtualClock } from '@holdfast/resilience/clock';
import { memoryState } from '@holdfast/resilience/state';
import { expect, it } from 'vitest';
import { makeSource } from '../../engine/source-factory.ts';
import type { SourceConfig } from '../../config/index.ts';
import type { Answer, Exchange, Transport } from '../../transport/port.ts';
import { probeSource } from './probe-source.ts';

const SOURCE: SourceConfig = {
  id: 'x',
  kind: 'oai-pmh',
  baseUrl: 'https://repo.example.org/oai',
  from: '30d',
  enabled: true,
  timeouts: { connect: 1_000, firstByte: 1_000, idle: 1_000 },
};

/** A transport that gives one answer, and what it was asked. */
function answering(clock: VirtualClock, answer: Partial<Answer>): Transport & { readonly asked: Exchange[] } {
  const asked: Exchange[] = [];
  return {
    asked,
    send: (exchange) => {
      asked.push(exchange);
      const empty = new Uint8Array();
      return Promise.resolve({
        url: exchange.url,
        status: 200,
        headers: {},
        body: empty,
        receivedAt: clock.now(),
        ...answer,
      });
    },
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
}

it('asks once, in its turn, and tells how far the clock is off', async () => {
  const clock = new VirtualClock();
  const state = memoryState();
  const date = new Date(clock.now() - 120_000).toUTCString();
  const transport = answering(clock, { headers: { date } });
  const tools = { clock, state, transport, makeSource };
  const first = await probeSource(SOURCE, tools);
  expect(first).toMatchObject({ host: 'repo.example.org', status: 200, clockAheadMs: 120_000 });
  expect(first.problem).not.toBeNull();
  const second = probeSource(SOURCE, tools);
  await clock.advance(500);
  expect(transport.asked).toHaveLength(1);
  await clock.advance(1_000);
  await second;
  expect(transport.asked.map(({ url }) => url)).toEqual(
    Array.from({ length: 2 }, () => 'https://repo.example.org/oai?verb=Identify'),
  );
});

it('closes the gate for everybody when the answer asks for it, and does not wait for it to open', async () => {
  const clock = new VirtualClock();
  const state = memoryState();
  const transport = answering(clock, { status: 503, headers: { 'retry-after': '3600' } });
  const tools = { clock, state, transport, makeSource };
  expect(await probeSource(SOURCE, tools)).toMatchObject({ status: 503 });
  const { gateKey: key, minIntervalMs } = makeSource(SOURCE);
  const view = await gate({ key, minIntervalMs, state, clock }).peek();
  expect(view.kind).toBe('retry-after');
  const again = probeSource(SOURCE, tools).catch((error: unknown) => error);
  await clock.advance(60_000);
  expect(await again).toMatchObject({ code: 'ERR_PROBE_TIMEOUT' });
  expect(transport.asked).toHaveLength(1);
});
