import type { Config } from '../config/index.ts';
import { askEngine } from '../control/ask.ts';
import type { ControlReply, ControlWorld } from '../control/ask.ts';
import { HoldfastError } from '../model/error.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import type { StoreReader } from '../store/port.ts';
import { readVersion } from '../version.ts';
import { exitCodeOfStatus } from './degraded.ts';
import { canAnswer, engineTrace } from './engine-trace.ts';
import type { LiveStatus } from './live-status.ts';
import { storeIsOwned, withReader } from './open-reader.ts';
import { statusFromStore } from './status-from-store.ts';
import type { EngineState, StatusReport } from './status-report.ts';
import { engineChild, supervisorReport } from './supervisor-report.ts';

/** A status and how it was come by. */
export interface FoundStatus {
  readonly report: StatusReport;
  readonly exitCode: number;
  /** A sentence for people; empty when the engine itself answered. */
  readonly note: string;
}

/** How a status is read. */
export interface ReadStatusOptions {
  /** How long the engine may take to answer, ms: its event loop may be busy with a commit. 5 s when left out. */
  readonly patience?: number;
  /** Reads the store; opens and closes it for this one status when left out. */
  readonly withReader?: <Result>(work: (reader: StoreReader | null) => Promise<Result>) => Promise<Result>;
}

const PATIENCE = 5_000;
/** The supervisor does nothing that takes time. */
const SUPERVISOR_PATIENCE = 1_000;

/** Asks the supervisor and the engine and reads the store; the exit code is 3 when no engine runs. */
export async function readStatus(
  io: ControlWorld,
  config: Config,
  options: ReadStatusOptions = {},
): Promise<FoundStatus> {
  const supervisor = await askSupervisor(io, config.dataDir);
  const child = engineChild(supervisor);
  const asked = child === null || canAnswer(child.mode);
  const reply = asked ? await askStatus(io, config.dataDir, options.patience ?? PATIENCE) : null;
  const now = io.clock.now();
  const engine = engineTrace({
    reply: reply?.type ?? null,
    child,
    owned: () => storeIsOwned(config),
    version: readVersion(),
    now,
  });
  const live = reply?.type === 'result' ? (reply.result as LiveStatus) : null;
  const told = { engine, supervisor: supervisor && supervisorReport(supervisor), live, now };
  const read = options.withReader ?? ((work) => withReader(config, work));
  const report = await read((reader) => statusFromStore(config, reader, told));
  return {
    report,
    exitCode: exitCodeOfStatus(report),
    note: live === null ? NOTES[report.engine.state] : '',
  };
}

/** The supervisor's own status; null when none answers. */
export async function askSupervisor(io: ControlWorld, dataDir: string): Promise<SupervisorStatus | null> {
  const reply = await askEngine(io, dataDir, {
    verb: 'status',
    part: 'supervisor',
    patience: SUPERVISOR_PATIENCE,
  });
  return reply.type === 'result' ? (reply.result as SupervisorStatus) : null;
}

/** An engine that refuses (another version, a fault of its own) is there all the same. */
async function askStatus(io: ControlWorld, dataDir: string, patience: number): Promise<ControlReply> {
  try {
    return await askEngine(io, dataDir, { verb: 'status', patience });
  } catch (error) {
    if (error instanceof HoldfastError) return { type: 'silent' };
    throw error;
  }
}

const NOTES: Readonly<Record<EngineState, string>> = {
  starting: 'The engine is starting and does not answer yet; this is what the store says.',
  hung: 'An engine runs but does not answer; this is what the store says.',
  stopped: 'No engine runs; this is what the store says.',
  running: 'The engine is busy and did not answer in time; this is what the store says.',
  'cooling-down':
    'The engine ended too often in a row, or a person has to mend what it told, and is started again later; this is what the store says.',
};
