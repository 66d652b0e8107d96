import type { ChildExit, DeadlyWork, Restarts } from './engine-message.ts';

/** Where a child stands. `hung`: it runs but gives no sign of life. */
export type ChildMode = 'starting' | 'running' | 'hung' | 'delayed' | 'cooling-down' | 'stopping' | 'ended';

/** A child as its supervisor sees it. Instants are wall ms. */
export interface ChildStatus {
  readonly name: string;
  readonly mode: ChildMode;
  readonly pid: number | null;
  /** When this mode began. */
  readonly since: number;
  /** When the child was last started; null before. */
  readonly startedAt: number | null;
  /** When it is started again; null while it runs. */
  readonly nextStartAt: number | null;
  readonly lastHeartbeatAt: number | null;
  /** Rises with work done: heartbeats with an unchanged count are "no progress", not "hung". */
  readonly progress: number;
  readonly rss: number | null;
  readonly restarts: Restarts;
}

/** The supervisor's answer to `status` on its control address. */
export interface SupervisorStatus {
  readonly pid: number;
  /** Wall ms. */
  readonly startedAt: number;
  readonly uptimeMs: number;
  readonly version: string;
  readonly dataDir: string;
  /** Who brings this supervisor back when it dies; null = nobody. */
  readonly manager: 'systemd' | 'launchd' | 'task-scheduler' | 'container' | null;
  /** The file that is written to now; null when nothing is logged. */
  readonly logFile: string | null;
  readonly children: readonly ChildStatus[];
  /** The last exits, oldest first, bounded. */
  readonly exits: readonly ChildExit[];
  readonly deadly: readonly DeadlyWork[];
}
