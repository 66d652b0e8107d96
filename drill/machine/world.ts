import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compare, countsOf } from '../checker/compare.ts';
import { Installation } from '../product/installation.ts';
import { HOLDFAST } from '../product/run-command.ts';
import { Ledger } from '../upstream/ledger.ts';
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
  /** Every engine that was started, in order. */
  readonly engines: readonly number[];
  /** The process that the user started. */
  readonly pid: number;
  end(): Promise<void>;
}

const SERVICES = 3;
/** How often each source asks when all is well, ms. */
export const POLL_MS = 3_000;

/** Starts simulators and the product, and waits until each source has been polled after it was caught up. */
export async function startWorld(place: Place): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-machine-'));
  const stop = new AbortController();
  const started = await Promise.all(
    Array.from({ length: SERVICES }, (_, index) => startService(`s${String(index + 1)}`, folder, place)),
  );
  const product = new Installation(folder, stop.signal);
  product.configure(
    started.map(({ service, baseUrl }) => ({
      id: service.id,
      kind: 'oai-pmh',
      baseUrl,
      metadataPrefix: 'oai_dc',
      from: 'all',
      every: POLL_MS,
      minIntervalMs: 50,
    })),
  );
  const { child, engines } = startProduct(folder, place);
  const services = started.map(({ service }) => service);
  const end = async (): Promise<void> => {
    await endOf(child, 'SIGTERM');
    await Promise.all(started.map(({ child: simulator }) => endOf(simulator, 'SIGTERM')));
    stop.abort();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await settled(services, child);
  } catch (error) {
    await end();
    throw error;
  }
  return { services, product, engines, pid: child.pid ?? -1, end };
}

async function startService(
  id: string,
  folder: string,
  { upstreamPrefix, host }: Place,
): Promise<{ readonly service: Service; readonly baseUrl: string; readonly child: ChildProcess }> {
  const ledger = join(folder, `${id}.jsonl`);
  const flags = ['--kind', 'oai-pmh', '--port', '0', '--host', host, '--records', '60', '--days', '20'];
  const child = prefixed(upstreamPrefix, ['sim', ...flags, '--seed', id.slice(1), '--ledger', ledger], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the simulator ended with ${String(code)}`)));
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
  const { baseUrl } = JSON.parse(line) as { baseUrl: string };
  const arrivals = (): readonly number[] =>
    readFileSync(ledger, 'utf8')
      .split('\n')
      .filter((text) => text.startsWith('{"type":"request"'))
      .map((text) => (JSON.parse(text) as { at: number }).at);
  return { service: { id, arrivals, ledger: () => Ledger.read(ledger) }, baseUrl, child };
}

function startProduct(
  folder: string,
  { productPrefix, productEnv }: Place,
): { readonly child: ChildProcess; readonly engines: readonly number[] } {
  const engines: number[] = [];
  mkdirSync(join(folder, 'run'), { mode: 0o700 });
  const child = prefixed(productPrefix, ['run'], {
    cwd: folder,
    env: {
      ...process.env,
      HOLDFAST_STATE_DIR: join(folder, 'state'),
      HOLDFAST_DASHBOARD_PORT: '0',
      ...productEnv,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { kind: string; child?: string; pid?: number | null };
      if (event.kind === 'engine-started') engines.push(event.pid ?? -1);
    });
  return { child, engines };
}

function prefixed(
  prefix: readonly string[],
  args: readonly string[],
  options: Parameters<typeof spawn>[2],
): ChildProcess {
  const [program = '', ...rest] = [...prefix, process.execPath, HOLDFAST, ...args];
  return spawn(program, rest, options);
}

/** Resolves once every service is idle but for polls. @throws when that takes more than a minute */
async function settled(services: readonly Service[], child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    await pause(500);
    if (child.exitCode !== null) throw new Error(`the product ended with ${String(child.exitCode)}`);
    const quiet = services.every(
      (service) => recent(service, 2 * POLL_MS) <= 6 && service.arrivals().length > 8,
    );
    if (quiet) return;
    if (Date.now() > deadline) throw new Error('the sources were not caught up within a minute');
  }
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

/** Waits for real: the drill watches real processes. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill(signal);
  await gone;
}
