import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { runCommand, type Ended } from '../../../../drill/product/run-command.ts';
import { readLedger, startSimulator, type Simulator } from '../../../../drill/kill/simulator.ts';
import { receiver, type Received } from './alerts/bench.ts';
import { isSigned } from './alerts/check-signature.ts';
import { linesOf, type LogLine } from './supervisor/planned.ts';
import { afterwards, expectComplete, isAlive, makeBench, until, type Bench } from './support.ts';

const KEY = 'a key of the test';
/** The least that the configuration takes. */
const PING_EVERY_MS = 10_000;
/** Long enough that a hang of this length, and the grace after it, spans a ping that is due. */
const WATCHDOG_MS = 12_000;
/** A ping that was under way when the engine hung may arrive for so long. */
const UNDER_WAY_MS = 3_000;

interface Status {
  readonly engine: { state: string; pid: number; restarts: Record<string, number> };
  readonly supervisor: { pid: number; children: readonly { pid: number }[] };
  readonly store: { records: number };
}

interface Message {
  readonly event: string;
  readonly cause: string;
  readonly sources: readonly string[];
}

/** An engine that was started and is told about from outside: by alerts, by pings, and by what it answers. */
interface Post extends Bench {
  readonly alerts: readonly Received[];
  readonly pings: readonly number[];
  holdfast(...words: string[]): Promise<Ended>;
  status(): Promise<Status>;
  log(): readonly LogLine[];
  /** The page server's answer; null when there is none. */
  get(path: string): Promise<string | null>;
}

async function startPost(): Promise<Post> {
  const bench = await makeBench();
  const { home, folder } = bench;
  const { url, received } = await receiver();
  const pings: number[] = [];
  const dead = await receiver(() => {
    pings.push(systemClock.now());
    return 204;
  });
  const file = home.config[1] ?? '';
  const config = JSON.parse(readFileSync(file, 'utf8')) as { sources: readonly object[] };
  writeFileSync(
    file,
    JSON.stringify({
      ...config,
      dashboard: { port: 0 },
      watchdog: WATCHDOG_MS,
      alerts: { outageAfter: '1s', channels: [{ type: 'webhook', url, secretEnv: 'ALERT_KEY' }] },
      deadman: { url: dead.url, every: PING_EVERY_MS },
      sources: config.sources.map((source) => ({ ...source, every: '1s' })),
    }),
  );
  const env = { ...home.env, XDG_DATA_HOME: folder, ALERT_KEY: KEY };
  const holdfast = (...words: string[]): Promise<Ended> => runCommand([...home.config, ...words], { env });
  afterwards(async () => void (await holdfast('stop')));
  const started = await holdfast('start');
  expect(started, started.stderr).toMatchObject({ code: 0, stderr: '' });
  const log = (): readonly LogLine[] => logOf(home.dataDir);
  return {
    ...bench,
    alerts: received,
    pings,
    holdfast,
    log,
    status: async () => JSON.parse((await holdfast('status', '--json')).stdout) as Status,
    get: async (path) => {
      const told = log().find(({ code }) => code === 'LISTENING') as { message?: string } | undefined;
      const page = /http:\S+/.exec(told?.message ?? '')?.[0];
      return page === undefined ? null : (await fetch(new URL(path, page))).text();
    },
  };
}

function logOf(dataDir: string): readonly LogLine[] {
  return linesOf(readFileSync(join(dataDir, 'logs/holdfast.log'), 'utf8'));
}

const messages = ({ alerts }: Post): readonly Message[] =>
  alerts.map(({ body }) => JSON.parse(body) as Message);

const told = (post: Post, cause: string): readonly string[] =>
  messages(post).flatMap((message) => (message.cause === cause ? [message.event] : []));

/** The same upstream on the same port, with a ledger of its own. */
async function comeBack({ corpus, baseUrl }: Simulator, folder: string): Promise<void> {
  const more = ['--port', new URL(baseUrl).port];
  const again = await startSimulator({ ...corpus, more }, join(folder, 'ledger-2.jsonl'));
  afterwards(() => again.stop());
  expect(again.baseUrl).toBe(baseUrl);
}

async function loseUpstream(post: Post): Promise<void> {
  await post.simulator.stop();
  await until(() => told(post, 'outage').length > 0);
  expect(told(post, 'outage')).toEqual(['opened']);
  const incidents = await post.holdfast('incidents');
  expect(incidents.stdout).toContain('outage');
  await comeBack(post.simulator, post.folder);
  expect((await post.holdfast('retry', 'src')).code).toBe(0);
  await until(() => told(post, 'outage').includes('recovered'));
  expect(messages(post).every(({ sources }) => sources.join() === 'src')).toBe(true);
}

async function hangEngine(post: Post): Promise<void> {
  const { engine } = await post.status();
  await until(() => post.pings.length > 0);
  const stoppedAt = systemClock.now();
  process.kill(engine.pid, 'SIGSTOP');
  await until(async () => (await post.get('/healthz'))?.includes('"engine":"hung"') === true);
  expect(await post.get('/readyz')).toContain('"ready":false');
  expect(await post.get('/')).toContain('Hung');
  const exit = (): LogLine | undefined => post.log().find(({ kind }) => kind === 'engine-exited');
  await until(() => exit() !== undefined);
  expect(exit()).toMatchObject({ reason: 'watchdog' });
  const endedAt = exit()?.at ?? 0;
  // One ping at least was due in this time.
  expect(endedAt - stoppedAt - UNDER_WAY_MS).toBeGreaterThan(PING_EVERY_MS);
  expect(post.pings.filter((at) => at > stoppedAt + UNDER_WAY_MS && at < endedAt)).toEqual([]);
  await until(() => post.pings.some((at) => at > endedAt));
  const after = await post.status();
  expect(after.engine).toMatchObject({ state: 'running', restarts: { watchdog: 1, crash: 0, oom: 0 } });
  expect(after.engine.pid).not.toBe(engine.pid);
}

test('left alone it tells of a lost upstream once, sends no ping while it hangs, mends itself, and leaves nothing behind', async () => {
  const post = await startPost();
  const { records } = post.simulator.corpus;
  await until(async () => (await post.status()).store.records === records);
  await loseUpstream(post);
  await hangEngine(post);

  const { supervisor } = await post.status();
  expect(await post.holdfast('stop')).toMatchObject({ code: 0, stderr: '' });
  const started = post.log().flatMap(({ kind, pid }) => (kind.endsWith('-started') ? [pid ?? 0] : []));
  // Two engines, one server, and the supervisor itself.
  expect(new Set([...started, supervisor.pid]).size).toBe(4);
  for (const pid of [...started, supervisor.pid]) expect(await isAlive(pid)).toBe(false);
  expect(readdirSync(join(post.home.stateDir, 'running'))).toEqual([]);

  expect(told(post, 'outage')).toEqual(['opened', 'recovered']);
  expect(post.alerts.length).toBeGreaterThan(0);
  for (const alert of post.alerts) expect(isSigned(alert, KEY)).toBe(true);
  expect(readLedger(join(post.folder, 'ledger-2.jsonl')).some(({ type }) => type === 'request')).toBe(true);
  await expectComplete(post);
}, 240_000);
