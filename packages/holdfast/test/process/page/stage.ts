import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import type { Config } from '../../../src/config/index.ts';
import { fileSchema } from '../../../src/config/schema.ts';
import { controlPath } from '../../../src/control/control-path.ts';
import type { ControlPart } from '../../../src/control/control-path.ts';
import { listen } from '../../../src/control/listen.ts';
import type { Answerer } from '../../../src/control/listen.ts';
import { NO_RESTARTS } from '../../../src/model/engine-message.ts';
import type { SupervisorStatus } from '../../../src/model/supervisor-status.ts';
import { openStore } from '../../../src/store/sqlite/index.ts';
import type { Store } from '../../../src/store/port.ts';
import { bad, Harvest, leased, page, paper } from '../../../src/store/testing/fixtures.ts';
import { liveOf, sceneAt, timelineOf } from './scene.ts';
import type { Scene, SceneName } from './scene.ts';

/** A store in a folder of its own, and whoever answers for engine and supervisor. */
export interface Stage {
  readonly config: Config;
  readonly env: Readonly<Record<string, string>>;
  /** Ends the engine's answers: a dead engine. */
  endEngine(): void;
  clear(): Promise<void>;
}

/** Sets a scene: fills a real store and answers the control addresses. */
export async function setStage(
  name: SceneName,
  options: {
    readonly port?: number;
    readonly metrics?: unknown;
    readonly config?: Partial<Pick<Config, 'alerts' | 'deadman'>>;
  } = {},
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-page-'));
  const now = systemClock.now();
  const scene = sceneAt(name, now);
  const config = { ...configOf(folder, scene, options.port ?? 0), ...options.config };
  await fill(config, scene, now);
  const env = { XDG_RUNTIME_DIR: folder };
  const closing: { close(): unknown }[] = [];
  const answer = async (part: ControlPart, answerer: Answerer): Promise<void> => {
    const place = {
      dataDir: config.dataDir,
      platform: process.platform,
      env,
      tmp: folder,
      uid: process.getuid?.(),
    };
    closing.push(await listen(controlPath({ ...place, part }), place.uid, answerer));
  };
  await answer('supervisor', () => Promise.resolve(supervisorOf(scene, config, now)));
  await answer('engine', (verb) =>
    Promise.resolve(verb === 'metrics' ? (options.metrics ?? null) : liveOf(scene, now)),
  );
  return {
    config,
    env,
    endEngine: () => void closing[1]?.close(),
    clear: async () => {
      for (const each of closing) each.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function configOf(folder: string, { sources }: Scene, port: number): Config {
  const file = fileSchema.parse({
    maxDisk: '50GB',
    dashboard: { port },
    sources: sources.map(({ id, kind, state }) => ({
      id,
      kind,
      enabled: state !== 'disabled',
      ...(kind === 'oai-pmh' ? { baseUrl: 'http://127.0.0.1:9/oai' } : {}),
    })),
  });
  return {
    ...file,
    dataDir: folder,
    stateDir: join(folder, 'state'),
    store: `sqlite:${join(folder, 'holdfast.db')}`,
    contact: null,
    maxDisk: file.maxDisk ?? null,
    maxMemory: null,
    deadman: null,
  } as Config;
}

async function fill(config: Config, scene: Scene, now: number): Promise<void> {
  const store = await openStore({ file: config.store.slice('sqlite:'.length), clock: systemClock });
  try {
    for (const source of scene.sources) {
      await store.putSource(source.id, source.kind, {
        state: source.state,
        reason: source.reason,
        watermark: new Date(now - source.lastSuccessAgoMs - 60_000).toISOString(),
        lastSuccessAt: now - source.lastSuccessAgoMs,
      });
    }
    await store.putTimelines(scene.sources.flatMap((source) => timelineOf(source, now)));
    await store.putIncidents(scene.incidents);
    await addRecords(store, scene);
  } finally {
    await store.close();
  }
}

async function addRecords(store: Store, { sources, gaps, quarantined }: Scene): Promise<void> {
  const [first] = sources;
  if (first === undefined) return;
  const harvest = new Harvest(store, await leased(store, { source: first.id }));
  await harvest.add(
    Array.from({ length: 12 }, (_, n) => paper({ id: `r${n}`, title: `Paper ${n}` })),
    {
      page: page('<records/>'),
      bad: Array.from({ length: quarantined }, (_, n) => bad(`q${n}`, '<broken')),
    },
  );
  const update = { id: null, range: null, datestamp: null, attempts: 3, lastAnswer: null, nextAt: null };
  await store.putGaps(
    first.id,
    Array.from({ length: gaps }, (_, n) => ({
      ...update,
      key: `id:g${n}`,
      id: `g${n}`,
      reason: 'listed, but absent',
      state: 'open' as const,
    })),
    systemClock.now(),
  );
}

function supervisorOf({ crashes }: Scene, { dataDir }: Config, now: number): SupervisorStatus {
  const restarts = { ...NO_RESTARTS, crash: crashes, update: crashes > 0 ? 2 : 0 };
  const child = {
    mode: 'running' as const,
    pid: process.pid,
    since: now,
    startedAt: now - 3_600_000,
    nextStartAt: null,
    lastHeartbeatAt: now,
    progress: 1,
    rss: 90e6,
  };
  return {
    pid: process.pid,
    startedAt: now - 1_051_200_000,
    uptimeMs: 1_051_200_000,
    version: '0.1.0',
    dataDir,
    manager: null,
    logFile: null,
    children: [
      { ...child, name: 'engine', restarts },
      { ...child, name: 'server', restarts: NO_RESTARTS },
    ],
    exits: [],
    deadly: [],
  };
}
