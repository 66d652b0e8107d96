import { countsOf, examplesOf, type Comparison } from '../../checker/compare.ts';
import { storedOf, type Published } from '../../checker/stored.ts';
import type { Check, Played } from '../../fault.ts';
import { Background } from '../../product/background.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import type { Kind, Simulator } from '../../upstream/simulator.ts';
import { ProductFailure } from '../../product/product-failure.ts';
import { comes, PATIENCE_MS, waitFor } from '../../product/wait.ts';

/** What a scene is made of; what is not told is one small OAI-PMH repository. */
export interface SceneOptions {
  readonly kind?: Kind;
  readonly sources?: number;
  readonly records?: number;
  /** Further keys of the configuration. */
  readonly more?: object;
  /** Further keys of each source. */
  readonly source?: object;
  /** Another address of an upstream, such as that of a proxy in front of it. */
  readonly address?: (simulator: Simulator) => Promise<string>;
  /** The port of its page, where it is to be a certain one. */
  readonly port?: number;
}

/** How long what people look at is given between two looks, ms: each of them is a command or a request. */
const LOOK_MS = 100;

/** The product in the background, caught up, polling its upstreams every second: what people look at. */
export class Scene {
  readonly stage: Stage;
  readonly simulators: readonly [Simulator, ...Simulator[]];
  readonly background: Background;

  private constructor(
    stage: Stage,
    simulators: readonly [Simulator, ...Simulator[]],
    background: Background,
  ) {
    this.stage = stage;
    this.simulators = simulators;
    this.background = background;
  }

  /** Starts everything and waits until it is caught up; with `start: false` it is only installed. */
  static async open(stage: Stage, options: SceneOptions = {}, start = true): Promise<Scene> {
    const { kind = 'oai-pmh', sources = 1, records = 200, more = {}, port } = options;
    const [first, ...rest] = await Promise.all(
      Array.from({ length: sources }, () => stage.simulate({ kind, records, pageSize: 100 })),
    );
    if (first === undefined) throw new TypeError('a scene needs an upstream');
    const simulators = [first, ...rest] as const;
    const addresses = await Promise.all(
      simulators.map(async (simulator) => (await options.address?.(simulator)) ?? simulator.baseUrl),
    );
    const configured = addresses.map((baseUrl, index) => ({
      id: sourceId(index),
      kind,
      baseUrl,
      from: '30d',
      every: '1s',
      minIntervalMs: 20,
      cooldown: '1s',
      ...options.source,
    }));
    const scene = new Scene(stage, simulators, await Background.install(stage, configured, more, port));
    if (start) await scene.begin();
    return scene;
  }

  /** Starts the product and waits until it is caught up. */
  async begin(): Promise<void> {
    await this.background.start();
    await waitFor(
      'the sources to be caught up',
      async () => (await this.background.product.sources()).every(({ state }) => state === 'ok'),
      { signal: this.stage.signal, everyMs: LOOK_MS },
    );
  }

  /** Adds records upstream and waits until they are stored; how long that took, or null when it took too long. */
  async ingest(count = 5, withinMs = PATIENCE_MS): Promise<number | null> {
    const [simulator] = this.simulators;
    const began = performance.now();
    await simulator.control({ do: 'addRecords', count });
    const wanted = Ledger.read(simulator.ledgerFile).truth.size;
    const came = await this.came(async () => (await this.records()) >= wanted, withinMs);
    return came ? Math.round(performance.now() - began) : null;
  }

  /** Records of the first source, as `status --json` tells: by the engine, not by the page server. */
  async records(): Promise<number> {
    const { code, stdout, stderr } = await this.background.product.run('status', '--json');
    if (stdout === '') throw new ProductFailure(`holdfast status ended with ${String(code)}: ${stderr}`);
    const { sources } = JSON.parse(stdout) as {
      sources: readonly { id: string; recordsTotal: number }[];
    };
    return sources.find(({ id }) => id === sourceId(0))?.recordsTotal ?? 0;
  }

  /** Whether something came to be within its bound. */
  async came(test: () => boolean | Promise<boolean>, withinMs = PATIENCE_MS): Promise<boolean> {
    return (await comes(test, { signal: this.stage.signal, withinMs, everyMs: LOOK_MS })) !== null;
  }

  /** Counts what is stored against what was published; what is missing at first is waited for. */
  async finish(
    played: Pick<Played, 'injected' | 'wanted' | 'detectMs' | 'recoverMs' | 'evidence'> & {
      readonly checks: readonly Check[];
      /** Nothing was interrupted, so that there is no moment of recovery. */
      readonly undisturbed?: boolean;
    },
  ): Promise<Played> {
    let all = await this.#compare();
    const clean = (): boolean => all.every((one) => examplesOf(one).length === 0);
    await this.came(async () => {
      all = await this.#compare();
      return clean();
    });
    const traffic = this.ledgers().reduce((total, { exchanges }) => total + exchanges.length, 0);
    const { undisturbed = false, ...rest } = played;
    return {
      ...rest,
      traffic,
      ...countsOf(all),
      recovered: clean() && (undisturbed || rest.recoverMs !== null),
      requestsWasted: null,
      evidence: [rest.evidence, ...all.flatMap(examplesOf).slice(0, 5)].join('; '),
    };
  }

  /** What the upstreams wrote down so far. */
  ledgers(): readonly Ledger[] {
    return this.simulators.map(({ ledgerFile }) => Ledger.read(ledgerFile));
  }

  async #compare(): Promise<readonly Comparison[]> {
    const published = (): readonly Published[] =>
      this.ledgers().map((ledger, index) => ({ id: sourceId(index), ledger }));
    return (await storedOf(this.background.product, published)).comparisons;
  }
}

function sourceId(index: number): string {
  return `s${String(index + 1)}`;
}
