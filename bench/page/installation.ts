import { join } from 'node:path';
import { fileSchema } from '../../packages/holdfast/src/config/schema.ts';
import { controlPath } from '../../packages/holdfast/src/control/control-path.ts';
import { listen } from '../../packages/holdfast/src/control/listen.ts';
import { NO_RESTARTS } from '../../packages/holdfast/src/model/engine-message.ts';
import { HoldfastError } from '../../packages/holdfast/src/model/error.ts';
import type { SupervisorStatus } from '../../packages/holdfast/src/model/supervisor-status.ts';

/** A large installation: its configuration, and what its engine and supervisor answer at once. */
export interface Installation {
  readonly config: { readonly dataDir: string; readonly store: string };
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

/** Answers for engine and supervisor of `sources` sources whose store lies in the folder. */
export async function openInstallation(folder: string, sources: number): Promise<Installation> {
  const ids = Array.from({ length: sources }, (_, index) => `source-${String(index).padStart(4, '0')}`);
  const file = fileSchema.parse({
    dashboard: { port: 0 },
    sources: ids.map((id) => ({ id, kind: 'oai-pmh', baseUrl: `http://127.0.0.1:9/${id}` })),
  });
  const config = {
    ...file,
    dataDir: folder,
    stateDir: join(folder, 'state'),
    store: `sqlite:${join(folder, 'holdfast.db')}`,
    contact: null,
    maxDisk: null,
    maxMemory: null,
    deadman: null,
  };
  const env = { XDG_RUNTIME_DIR: folder };
  const place = { dataDir: folder, platform: process.platform, env, tmp: folder, uid: process.getuid?.() };
  const engine = await listen(controlPath(place), place.uid, (verb) =>
    verb === 'status'
      ? Promise.resolve(engineAnswer(ids))
      : Promise.reject(new HoldfastError('ERR_CONTROL', 'It counts nothing.')),
  );
  const supervisor = await listen(controlPath({ ...place, part: 'supervisor' }), place.uid, () =>
    Promise.resolve(supervisorAnswer(folder)),
  );
  return {
    config,
    env,
    close: () => {
      engine.close();
      supervisor.close();
    },
  };
}

function engineAnswer(ids: readonly string[]): unknown {
  const now = Date.now();
  return {
    engine: { state: 'running', pid: process.pid, uptimeSeconds: 60, version: '0', restarts: NO_RESTARTS },
    connectionHealth: { failures: 0, totalRetries: 0, lastSuccessfulFetch: null, uptimeHours: 1 },
    sources: ids.map((id, index) => ({
      id,
      state: index % 10 === 0 ? 'waiting' : 'ok',
      reason: index % 10 === 0 ? 'HTTP 503: our own backoff, nothing lost' : '',
      attempt: index % 10 === 0 ? 3 : 0,
      lastSuccessAt: new Date(now - 40_000).toISOString(),
      nextAttemptAt: new Date(now + 60_000).toISOString(),
    })),
  };
}

function supervisorAnswer(dataDir: string): SupervisorStatus {
  const now = Date.now();
  const engine = {
    name: 'engine',
    mode: 'running',
    pid: process.pid,
    since: now,
    startedAt: now,
    nextStartAt: null,
    lastHeartbeatAt: now,
    progress: 1,
    rss: null,
    restarts: NO_RESTARTS,
  } as const;
  return {
    pid: process.pid,
    startedAt: now,
    uptimeMs: 1,
    version: '0',
    dataDir,
    manager: null,
    logFile: null,
    children: [engine],
    exits: [],
    deadly: [],
  };
}
