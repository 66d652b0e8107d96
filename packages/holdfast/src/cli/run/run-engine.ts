import { systemRandom } from '@holdfast/resilience/clock';
import { hostSupervisor } from '../../daemon/host.ts';
import type { Plan } from '../../daemon/plan.ts';
import { managerOf } from '../../daemon/manager.ts';
import { childStarter } from '../../daemon/start-child.ts';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Io } from '../io.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import type { RunView } from './view.ts';

/** What to run and where to show it. */
export interface EngineRun {
  /** Made at the start, and again whenever the run is asked to read its configuration anew. */
  readonly plan: () => Plan;
  /** Whole time in ms; null = none. */
  readonly deadlineMs: number | null;
  /** False: the engine's first failure ends the run. */
  readonly restart?: boolean;
  readonly view: RunView;
}

/**
 * Runs a supervised engine in the foreground until it ends, and returns the public exit code.
 * @throws HoldfastError `ERR_STORE_LOCKED` when another supervisor has the data folder.
 */
export async function runEngine(
  io: Io,
  { plan, deadlineMs, restart = true, view }: EngineRun,
): Promise<number> {
  const hosted = await hostSupervisor({
    plan: plan(),
    replan: () => Promise.resolve(plan()),
    deadlineMs,
    lateExitCode: EXIT.degraded,
    patient: false,
    restart,
    manager: managerOf(io.env, process.pid),
    startChild: childStarter(io.clock),
    clock: io.clock,
    random: systemRandom,
    uid: io.uid,
    onEvent: (event, child) => {
      if (isShown(event, child)) view.show(event);
    },
  });
  const ignore = stopOnSignals(io, hosted.supervisor);
  try {
    return await hosted.supervisor.done;
  } finally {
    ignore();
    view.end();
    hosted.close();
  }
}

/** What is told of the harvest is the engine's to tell; of other children a person reads what went wrong. */
function isShown(event: RunEvent, child: string): boolean {
  return (
    child === 'engine' || child === 'supervisor' || event.kind === 'notice' || event.kind.startsWith('child-')
  );
}
