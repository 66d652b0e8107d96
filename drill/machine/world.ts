import { readFileSync } from 'node:fs';
import { compare, countsOf } from '../checker/compare.ts';
import { Foreground } from '../product/foreground.ts';
import type { Installation } from '../product/installation.ts';
import type { Stage } from '../stage.ts';
import { Ledger } from '../upstream/ledger.ts';
import type { Simulator } from '../upstream/simulator.ts';
import type { Finding } from './scenario.ts';

/** What a scenario changes about where its processes run. */
export interface Place {
  /** Words before the command of each simulator, such as `ip netns exec far`. */
  readonly upstreamPrefix: readonly string[];
  /** Where the simulators listen. */
  readonly host: string;
  /** Words before the command of the product. */
  readonly productPrefix: readonly string[];
  readonly productEnv: Readonly<Record<string, string>>;
}

/** Everything on loopback, as it is. */
export const HERE: Place = { upstreamPrefix: [], host: '127.0.0.1', productPrefix: [], productEnv: {} };

/** A simulated upstream that notes when it is asked. */
export interface Service {
  readonly id: string;
  readonly ledger: () => Ledger;
  /** Arrivals of requests, ms since the epoch. */
  arrivals(): readonly number[];
}

/** The product, harvesting several services of their own, and a view on what they were asked. */
export interface World {
  readonly services: readonly Service[];
  readonly product: Installation;
  readonly signal: AbortSignal;
  /** Every engine that was started, in order. */
  engines(): readonly number[];
  /** The process that the user started. */
  readonly pid: number;
  /** Ends the product as a person does; what else was started ends with the stage. */
  end(): Promise<void>;
}

const SERVICES = 3;
/** How often each source asks when all is well, ms. */
const POLL_MS = 3_000;

/** Starts simulators and the product, and waits until each source has been polled after it was caught up. */
export async function startWorld(stage: Stage, place: Place): Promise<World> {
  const { upstreamPrefix, host, productPrefix, productEnv } = place;
  const list = {
    kind: 'oai-pmh',
    records: 60,
    pageSize: 100,
    args: ['--host', host, '--days', '20'],
  } as const;
  const simulators = await Promise.all(
    Array.from({ length: SERVICES }, () => stage.simulate({ ...list, under: upstreamPrefix })),
  );
  const services = simulators.map((simulator, index) => serviceOf(simulator, `s${String(index + 1)}`));
  const product = stage.install(
    simulators.map(({ baseUrl }, index) => ({
      id: services[index]?.id,
      kind: 'oai-pmh',
      baseUrl,
      metadataPrefix: 'oai_dc',
      from: 'all',
      every: POLL_MS,
      minIntervalMs: 50,
    })),
    { dashboard: { port: 0 } },
  );
  const live = Foreground.start(product, stage.signal, { under: productPrefix, env: productEnv });
  await live.ever('the sources to be caught up', () => services.every(isQuiet));
  return {
    services,
    product,
    signal: stage.signal,
    engines: () => live.events().flatMap(({ kind, pid }) => (kind === 'engine-started' ? [pid ?? -1] : [])),
    pid: live.running.pid,
    end: async () => void (await live.stop()),
  };
}

function serviceOf({ ledgerFile }: Simulator, id: string): Service {
  const arrivals = (): readonly number[] =>
    readFileSync(ledgerFile, 'utf8')
      .split('\n')
      .filter((text) => text.startsWith('{"type":"request"'))
      .map((text) => (JSON.parse(text) as { at: number }).at);
  return { id, arrivals, ledger: () => Ledger.read(ledgerFile) };
}

/** It is idle but for polls, and was polled after its first harvest. */
function isQuiet(service: Service): boolean {
  return recent(service, 2 * POLL_MS) <= 6 && service.arrivals().length > 8;
}

/** The store against what the services published; nothing changes there while a scenario is played. */
export async function countsOfWorld({
  services,
  product,
}: World): Promise<Pick<Finding, 'traffic' | 'lost' | 'duplicated' | 'unexpected'>> {
  const papers = await product.papers();
  const ledgers = services.map(({ id, ledger }) => ({ id, ledger: ledger() }));
  const of = (id: string): typeof papers => papers.filter(({ source }) => source === id);
  return {
    traffic: ledgers.reduce((total, { ledger }) => total + ledger.exchanges.length, 0),
    ...countsOf(ledgers.map(({ id, ledger }) => compare(ledger, of(id)))),
  };
}

/** How many requests a service got within the last `ms`. */
export function recent(service: Service, ms: number): number {
  const from = Date.now() - ms;
  return service.arrivals().filter((at) => at >= from).length;
}
