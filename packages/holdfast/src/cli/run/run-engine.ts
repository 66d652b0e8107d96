import { systemRandom } from '@holdfast/resilience/clock';
import type { Config } from '../../config/index.ts';
import { engineAt } from '../../daemon/start-engine.ts';
import { Supervisor } from '../../daemon/supervise.ts';
import { partPath } from '../by-path.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Io } from '../io.ts';
import type { RunView } from './view.ts';
import { stopOnSignals } from './stop-on-signals.ts';

/** What to run and where to show it. */
export interface EngineRun {
  readonly config: Config;
  /** End when caught up. */
  readonly once: boolean;
  /** Whole time in ms; null = none. */
  readonly deadlineMs: number | null;
  /** Only these sources. */
  readonly sources?: readonly string[];
  readonly view: RunView;
}

/** Runs a supervised engine until it ends, and returns the public exit code. */
export async function runEngine(
  io: Io,
  { config, once, deadlineMs, sources, view }: EngineRun,
): Promise<number> {
  const startedAt = io.clock.now();
  const supervisor = new Supervisor({
    startEngine: engineAt(partPath('engine/main'), process.execArgv),
    startMessage: (left, restarts) => ({
      type: 'start',
      config,
      once,
      deadlineMs: left,
      startedAt,
      restarts,
      ...(sources === undefined ? {} : { sources }),
    }),
    deadlineMs,
    lateExitCode: EXIT.degraded,
    watchdogMs: config.watchdog,
    clock: io.clock,
    random: systemRandom,
    onEvent: (event) => view.show(event),
  });
  const ignore = stopOnSignals(io, supervisor);
  try {
    return await supervisor.done;
  } finally {
    ignore();
    view.end();
  }
}
