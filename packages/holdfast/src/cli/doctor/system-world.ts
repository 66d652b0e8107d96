import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { trimLogs } from '../../daemon/log-files.ts';
import type { Config } from '../../config/index.ts';
import { HoldfastError } from '../../model/error.ts';
import type { Run } from '../../service/index.ts';
import { standingOfService, systemRun } from '../../service/index.ts';
import type { FoundStatus } from '../../status/read-status.ts';
import { readStatus } from '../../status/read-status.ts';
import { runningSupervisors } from '../find-running.ts';
import type { Io } from '../io.ts';
import { serviceSetup } from '../service/setup.ts';
import type { Call } from '../verb.ts';
import { checkStore } from './quick-check.ts';
import { bytesIn, durableWriteMs, systemFiles } from './system-files.ts';
import { listens, lookup, prober, tryPort } from './system-network.ts';
import type { DoctorWorld } from './world.ts';

const COMMAND_PATIENCE_MS = 10_000;

/** The real world of a configuration. */
export async function systemWorld(
  call: Call<{ readonly offline?: boolean }>,
  uniqueId: string,
): Promise<DoctorWorld> {
  const { io, options, resolved } = call;
  const { config } = resolved();
  const status = await statusOf(io, config);
  const logFile = logFileOf(config, status);
  return {
    ...systemFiles,
    io,
    config,
    offline: options.offline === true,
    node: { version: process.versions.node, needed: neededNode(), path: process.execPath },
    run: runner(io),
    durableWriteMs: (folder) => durableWriteMs(folder, io.clock, `.holdfast-${uniqueId}`),
    status,
    running: runningSupervisors(config),
    service: () => serviceOf(call),
    tryPort,
    listens: (path) => listens(path, io.clock),
    lookup,
    probe: prober(io, config),
    logBytes: () => bytesIn(dirname(logFile)),
    trimLogs: () => trimLogs(logFile, config.logs.maxTotal),
    quickCheck: () => checkStore(config.store.slice('sqlite:'.length)),
  };
}

/** The log of the supervisor that runs, else of the last one. */
export function logFileOf({ dataDir }: Config, { report }: FoundStatus): string {
  return report.supervisor?.logFile ?? join(dataDir, 'logs', 'holdfast.log');
}

/** A store that cannot be read is a finding of its own: the rest is looked at all the same. */
async function statusOf(io: Io, config: Config): Promise<FoundStatus> {
  try {
    return await readStatus(io, config);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return readStatus(io, config, { withReader: (work) => work(null) });
  }
}

async function serviceOf(call: Call<unknown>): ReturnType<DoctorWorld['service']> {
  try {
    return await standingOfService(await serviceSetup(call, 'user'), 'user');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SERVICE_NO_MANAGER') return null;
    throw error;
  }
}

/** Commands that do not end are left alone: they only look. */
function runner({ env, clock }: Io): Run {
  const run = systemRun(env);
  return (argv) =>
    new Promise((resolve, reject) => {
      const timer = clock.timer(
        COMMAND_PATIENCE_MS,
        () => resolve({ code: null, out: '', err: `${argv[0]} did not end in time` }),
        { unref: true },
      );
      run(argv)
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
}

function neededNode(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { engines: { node: string } }).engines.node;
}
