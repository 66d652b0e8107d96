import type { Config } from '../config/index.ts';
import { askEngine, type ControlWorld } from '../control/ask.ts';
import { combineExitCodes, EXIT } from '../model/exit-code.ts';
import { storeIsOwned, withReader } from './open-reader.ts';
import { readVersion } from '../version.ts';
import { exitCodeOfStatus } from './degraded.ts';
import type { LiveStatus } from './live-status.ts';
import { withLive } from './live-status.ts';
import { statusFromStore } from './status-from-store.ts';
import type { EngineState, StatusReport } from './status-report.ts';

/** A status and how it was come by. */
export interface FoundStatus {
  readonly report: StatusReport;
  readonly exitCode: number;
  /** A sentence for people; empty when the engine itself answered. */
  readonly note: string;
}

/** How long an engine may take to answer, ms: its event loop may be busy with a commit. */
const PATIENCE = 5_000;

/** Asks the engine and reads the store; when no engine answers, the exit code is 3. */
export async function readStatus(io: ControlWorld, config: Config): Promise<FoundStatus> {
  const reply = await askEngine(io, config.dataDir, { verb: 'status', patience: PATIENCE });
  const state: EngineState =
    reply.type === 'nobody' ? (storeIsOwned(config) ? 'starting' : 'stopped') : 'hung';
  const trace = { state, pid: null, version: readVersion() };
  const stored = await withReader(config, (reader) => statusFromStore(config, reader, trace));
  if (reply.type === 'result') {
    const report = withLive(stored, reply.result as LiveStatus);
    return { report, exitCode: exitCodeOfStatus(report), note: '' };
  }
  return {
    report: stored,
    exitCode: combineExitCodes([EXIT.notRunning, exitCodeOfStatus(stored)]),
    note: NOTES[state],
  };
}

const NOTES: Readonly<Record<EngineState, string>> = {
  starting: 'An engine owns the store but does not listen yet; this is what the store says.',
  hung: 'An engine listens but does not answer; this is what the store says.',
  stopped: 'No engine runs; this is what the store says.',
  running: '',
  'cooling-down': '',
};
