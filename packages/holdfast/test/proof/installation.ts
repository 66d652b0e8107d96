import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type Upstream } from '@holdfast/upstream';
import type { SourceConfig } from '../../src/config/config.ts';
import { Engine } from '../../src/engine/engine.ts';
import { exportLine } from '../../src/formats/jsonl.ts';
import { feedLine } from '../../src/model/feed-line.ts';
import { feedPages } from '../../src/proof/feed-pages.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState, simTransport } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';

/** A Sunday noon. */
const START = Date.UTC(2026, 4, 17, 12);
const INTERVAL_MS = 1_000;
const MAX_TIMERS = 50_000;

/** What is harvested, under which faults. */
export interface InstallationSetting {
  readonly kind: Kind;
  readonly faults?: readonly string[];
  /** Of the corpus: two installations with one seed harvest the same upstream. */
  readonly corpusSeed?: number;
  /** Of everything else. */
  readonly seed?: number;
  readonly records?: number;
  /** What a fault omits is published after so many requests; left out: 20. */
  readonly publishAfterRequests?: number;
}

/** A harvest in virtual time, its store and its upstream. */
export interface Installation {
  readonly store: MemoryStore;
  readonly upstream: Upstream;
  /** Lets a new engine run until it is caught up; false when it did not come to that. */
  harvest(): Promise<boolean>;
  /** Time passes with nobody at work. */
  wait(days: number): Promise<void>;
}

/** Makes one; nothing runs yet. */
export function makeInstallation(setting: InstallationSetting): Installation {
  const { kind, faults = [], corpusSeed = 5, seed = 7, records = 60, publishAfterRequests } = setting;
  const clock = new VirtualClock({ start: START });
  const upstream = createUpstream({
    kind,
    faults,
    records,
    days: 12,
    pageSize: 10,
    seed: corpusSeed,
    recordBytes: 300,
    ...(publishAfterRequests === undefined ? {} : { publishAfterRequests }),
    now: () => clock.now(),
  });
  const source: SourceConfig = {
    id: 'source',
    kind,
    baseUrl: `http://127.0.0.1:1${upstream.basePath}`,
    from: '20d',
    enabled: true,
    minIntervalMs: INTERVAL_MS,
    cooldown: 60_000,
    timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
    ...(kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
  };
  const store = new MemoryStore({ clock });
  const state = new SimState();
  const random = seededRandom(seed);
  let ids = 0;
  const harvest = async (): Promise<boolean> => {
    const [watch, life] = [new PolitenessWatch(INTERVAL_MS), new Generation(Number.POSITIVE_INFINITY)];
    const engine = new Engine({
      config: testConfig([source]),
      store,
      transport: simTransport({ upstream, clock, life, watch }),
      state: state.forLife(life, watch),
      clock,
      random,
      once: true,
      uniqueId: () => String((ids += 1)),
      emit: () => undefined,
    });
    let end: 'running' | 'finished' | 'failed' = 'running';
    void engine.run(new AbortController().signal).then(
      () => (end = 'finished'),
      () => (end = 'failed'),
    );
    // Read through a function: the promise changes it while the loop waits.
    const now = (): string => end;
    for (let timers = 0; now() === 'running' && timers < MAX_TIMERS; timers += 1) await clock.runNext();
    store.reopen();
    return now() === 'finished';
  };
  return { store, upstream, harvest, wait: (days) => clock.advance(days * 86_400_000) };
}

/** What `holdfast feed` prints, line by line. */
export async function feedOf({ store }: Pick<Installation, 'store'>): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const page of feedPages(store)) lines.push(...page.map(feedLine));
  return lines;
}

/** What `holdfast export --format jsonl --all-versions` prints, line by line. */
export async function exportOf({ store }: Pick<Installation, 'store'>): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const paper of store.export({ allVersions: true })) lines.push(exportLine(paper, true));
  return lines;
}
