import { seededRandom } from '@holdfast/resilience/clock';
import { Engine } from '../../src/engine/engine.ts';
import { exportLine } from '../../src/formats/jsonl.ts';
import { makeApp } from '../../src/server/app.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { StoreReader } from '../../src/store/port.ts';
import type { Transport } from '../../src/transport/port.ts';
import type { virtualMachine } from '../engine/virtual-engine.ts';
import { SimState } from '../simulation/sim-ports.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { testConfig } from '../simulation/test-config.ts';

/** A second installation that follows the first one's server, both on one virtual clock. */
export function follower(far: ReturnType<typeof virtualMachine>) {
  const { clock } = far;
  const store = new MemoryStore({ clock });
  const urls: string[] = [];
  const app = makeApp({
    status: () => Promise.reject(new Error('nobody asks for it')),
    alerts: () => null,
    metrics: () => Promise.resolve(''),
    withReader: (work) => work(far.store),
    clock,
    guide: () => new Map(),
    host: 'far.test',
    onRequest: () => undefined,
    onDefect: (error) => {
      throw error;
    },
  });
  const transport: Transport = {
    send: async ({ url }, signal) => {
      urls.push(url);
      await clock.sleep(5, { signal });
      const answer = await app.request(url, { headers: { host: 'far.test:4848' } });
      const body = new Uint8Array(await answer.arrayBuffer());
      return {
        url,
        status: answer.status,
        headers: { 'content-type': 'application/json' },
        body,
        receivedAt: clock.now(),
      };
    },
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
  const life = new Generation(Number.POSITIVE_INFINITY);
  let ids = 0;
  const engine = new Engine({
    config: testConfig([
      {
        id: 'near',
        kind: 'holdfast',
        baseUrl: 'http://far.test:4848',
        set: 'one',
        from: '10d',
        every: 3_600_000,
        enabled: true,
        timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
      },
    ]),
    store,
    transport,
    state: new SimState().forLife(life, new PolitenessWatch(100)),
    clock,
    random: seededRandom(5),
    once: false,
    uniqueId: () => `near-${String((ids += 1))}`,
    emit: () => undefined,
  });
  return { store, engine, urls };
}

/** Every version of every record, whatever the source is called. */
export async function linesOf(reader: StoreReader): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const paper of reader.export({ allVersions: true }))
    lines.push(exportLine({ ...paper, source: 'any' }, false));
  return lines.sort();
}
