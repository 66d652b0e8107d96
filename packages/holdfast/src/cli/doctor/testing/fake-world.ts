import { resolveConfig } from '../../../config/index.ts';
import type { Config } from '../../../config/index.ts';
import { statusFromStore } from '../../../status/status-from-store.ts';
import { testIo } from '../../testing/test-io.ts';
import type { DoctorWorld } from '../world.ts';

const GB = 1e9;

/** What a fake world differs in from a healthy one. */
export type Difference = Partial<Omit<DoctorWorld, 'config' | 'io'>> & {
  readonly config?: Partial<Config>;
  readonly env?: Record<string, string>;
  readonly platform?: NodeJS.Platform;
  /** Texts of files by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Names in folders by path. */
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  /** Outputs of commands by their words, joined by spaces. */
  readonly outputs?: Readonly<Record<string, string>>;
};

/** A healthy machine without an engine, on which nothing is real. */
export async function fakeWorld(difference: Difference = {}): Promise<DoctorWorld> {
  const {
    config: changed,
    env = {},
    platform = 'linux',
    files = {},
    folders = {},
    outputs = {},
    ...rest
  } = difference;
  const io = { ...testIo({ cwd: '/home/me', env }), platform, uid: 7, tmp: '/tmp' };
  const resolved = resolveConfig({
    cwd: '/nowhere',
    platform: 'linux',
    home: '/home/me',
    env: {},
    flags: {},
  });
  const config: Config = { ...resolved.config, contact: 'you@example.org', ...changed };
  const engine = {
    state: 'stopped' as const,
    pid: null,
    uptimeSeconds: 0,
    version: '1.0.0',
    restarts: { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 },
    nextStartAt: null,
    lastHeartbeatAt: null,
  };
  const report = await statusFromStore(config, null, {
    engine,
    supervisor: null,
    live: null,
    now: io.clock.now(),
  });
  return {
    io,
    config,
    offline: false,
    node: { version: '26.10.0', needed: '>=24.15', path: '/usr/bin/node' },
    run: (argv) => {
      const out = outputs[argv.join(' ')];
      return Promise.resolve({ code: out === undefined ? null : 0, out: out ?? '', err: '' });
    },
    readText: (path) => files[path] ?? null,
    list: (path) => folders[path] ?? [],
    exists: () => true,
    space: () => ({ freeBytes: 100 * GB, totalBytes: 200 * GB }),
    durableWriteMs: () => Promise.resolve(1.5),
    status: { report, exitCode: 3, note: '' },
    running: [],
    service: () => Promise.resolve(null),
    tryPort: () => Promise.resolve('free'),
    listens: () => Promise.resolve(false),
    lookup: () => Promise.resolve(null),
    probe: ({ id }) =>
      Promise.resolve({ host: `${id}.example.org`, status: 200, problem: null, clockAheadMs: 100 }),
    folderMode: () => null,
    closeFolder: () => undefined,
    remove: () => undefined,
    logBytes: () => 0,
    trimLogs: () => undefined,
    quickCheck: () => Promise.resolve({ state: 'absent' }),
    ...rest,
  };
}

/** The same world with another state of its engine. */
export function withEngine(
  world: DoctorWorld,
  state: DoctorWorld['status']['report']['engine']['state'],
): DoctorWorld {
  const { status } = world;
  return {
    ...world,
    status: { ...status, report: { ...status.report, engine: { ...status.report.engine, state, pid: 42 } } },
  };
}
