import { setTimeout as pause } from 'node:timers/promises';
import type { Scene } from '../../catalogue/surface/scene.ts';
import { Dice } from '../../kill/random.ts';
import { kill } from '../../product/processes.ts';
import type { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { ToxicSpec } from '../../proxy/toxic.ts';

/** What a storm is made of; each of them has to happen in a full one. */
export const kindsOfFault = ['toxic', 'upstream', 'killed', 'stopped', 'port closed'] as const;
export type KindOfFault = (typeof kindsOfFault)[number];

/** Toxics by Toxiproxy's names, as mild as several at once can be and still break something. */
const TOXICS: readonly [ToxicSpec, ...ToxicSpec[]] = [
  { type: 'latency', attributes: { latency: 150, jitter: 100 } },
  { type: 'bandwidth', attributes: { rate: 40 } },
  { type: 'timeout', attributes: { timeout: 700 } },
  { type: 'reset_peer', attributes: { timeout: 20 } },
  { type: 'slicer', attributes: { average_size: 200, size_variation: 100, delay: 500 } },
  { type: 'limit_data', attributes: { bytes: 2_000 } },
  { type: 'slow_close', attributes: { delay: 300 } },
];

/** Answers that are wrong in a way that each kind of upstream can be wrong. */
const WRONG = [
  '500',
  '502',
  '503-retry-after',
  'empty-200',
  'html-200',
  'gzip-truncated',
  'gzip-bad-crc',
  'body-cut-valid',
  'chunked-cut',
  'no-length-cut',
  'http-garbage',
  'tcp-reset',
  'early-close',
  'redirect-login-html',
  'duplicate-page',
  'shuffled-page',
  'short-page',
] as const;

/** Engines that are killed faster than this are a crash loop, which is a row of its own. */
const KILLS_APART_MS = 12_000;

/** A storm: overlapping faults by seed, of which each storm has a mix of its own (swarm testing). */
export class Weather {
  /** How often each kind was sent, by whoever sent it. */
  readonly sent: Record<KindOfFault, number> = {
    toxic: 0,
    upstream: 0,
    killed: 0,
    stopped: 0,
    'port closed': 0,
  };
  readonly #scene: Scene;
  readonly #proxies: readonly FaultProxy[];
  readonly #dice: Dice;
  readonly #mix: readonly KindOfFault[];
  readonly #toxics: readonly ToxicSpec[];
  readonly #wrong: readonly string[];
  readonly #ending: (() => Promise<void> | void)[] = [];
  #killedAt = -Infinity;
  #stopped: number | null = null;

  constructor(scene: Scene, proxies: readonly FaultProxy[], seed: number, all: boolean) {
    this.#scene = scene;
    this.#proxies = proxies;
    this.#dice = new Dice(seed);
    // A full storm has every kind, in shares of its own; a short one leaves some out.
    this.#mix = kindsOfFault.flatMap((kind) =>
      Array.from<KindOfFault>({ length: this.#dice.upTo(4) - (all ? 0 : 1) }).fill(kind),
    );
    if (this.#mix.length === 0) this.#mix = ['upstream'];
    this.#toxics = this.#some(TOXICS);
    this.#wrong = this.#some(WRONG);
  }

  /** What this storm is made of, in words. */
  get mix(): string {
    return `${[...new Set(this.#mix)].join(', ')}; ${this.#toxics.map(({ type }) => type).join(', ')}; ${this.#wrong.join(', ')}`;
  }

  /** One gust: something changes upstream, and mostly something breaks. */
  async gust(): Promise<void> {
    const simulator = this.#scene.simulators[this.#dice.upTo(this.#scene.simulators.length) - 1];
    if (simulator === undefined) return;
    if (this.#dice.next() < 0.5) await simulator.control({ do: 'addRecords', count: this.#dice.upTo(3) });
    const kind = this.#mix[this.#dice.upTo(this.#mix.length) - 1];
    switch (kind) {
      case 'upstream': {
        const fault = this.#wrong[this.#dice.upTo(this.#wrong.length) - 1] ?? '500';
        await simulator.control({ do: 'arm', fault: `${fault}@${String(this.#dice.upTo(2))}` });
        this.sent.upstream += 1;
        return;
      }
      case 'toxic':
        return this.#poison();
      case 'port closed':
        return await this.#close();
      default:
        return await this.#strike(kind === 'killed');
    }
  }

  /** Everything that still lasts ends, and what was armed and has not fired is taken back. */
  async calm(): Promise<void> {
    for (const end of this.#ending.splice(0)) await end();
    this.#wake();
    for (const { simulators } of [this.#scene])
      for (const simulator of simulators) await simulator.control({ do: 'disarm' });
  }

  #poison(): void {
    const proxy = this.#proxy();
    const spec = this.#toxics[this.#dice.upTo(this.#toxics.length) - 1];
    if (spec === undefined) return;
    const name = `${spec.type}-${String(this.sent.toxic)}`;
    proxy.addToxic({ ...spec, name, toxicity: 0.5 + this.#dice.next() / 2 });
    this.sent.toxic += 1;
    this.#later(this.#dice.upTo(4_000), () => proxy.removeToxic(name));
  }

  async #close(): Promise<void> {
    const proxy = this.#proxy();
    await proxy.disable();
    this.sent['port closed'] += 1;
    this.#later(this.#dice.upTo(2_500), () => proxy.enable());
  }

  async #strike(isDeadly: boolean): Promise<void> {
    const pid = (await this.#scene.background.pids())?.engine;
    if (pid === undefined) return;
    if (!isDeadly) {
      if (this.#stopped !== null || !kill(pid, 'SIGSTOP')) return;
      this.#stopped = pid;
      this.sent.stopped += 1;
      this.#later(this.#dice.upTo(2_000), () => this.#wake());
      return;
    }
    if (performance.now() - this.#killedAt < KILLS_APART_MS) return;
    if (!kill(pid, 'SIGKILL')) return;
    this.#killedAt = performance.now();
    this.sent.killed += 1;
  }

  #wake(): void {
    if (this.#stopped !== null) kill(this.#stopped, 'SIGCONT');
    this.#stopped = null;
  }

  #later(ms: number, end: () => Promise<void> | void): void {
    let over = false;
    const once = async (): Promise<void> => {
      if (over) return;
      over = true;
      await end();
    };
    this.#ending.push(once);
    pause(ms, undefined, { signal: this.#scene.stage.signal })
      .then(once)
      .catch(() => undefined);
  }

  #proxy(): FaultProxy {
    const proxy = this.#proxies[this.#dice.upTo(this.#proxies.length) - 1];
    if (proxy === undefined) throw new Error('there is no proxy');
    return proxy;
  }

  /** About half of them, at least one. */
  #some<Item>(all: readonly [Item, ...Item[]]): readonly Item[] {
    const some = all.filter(() => this.#dice.next() < 0.5);
    return some.length === 0 ? [this.#dice.pick(all)] : some;
  }
}
