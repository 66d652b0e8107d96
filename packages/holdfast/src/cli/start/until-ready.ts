import type { Clock } from '@holdfast/resilience/clock';
import { askAddress } from '../../control/ask.ts';
import type { SupervisorStatus } from '../../model/supervisor-status.ts';
import type { Launched } from './launch.ts';

/** What has become of a supervisor that was started. */
export type StartOutcome =
  | { readonly type: 'ready'; readonly pid: number }
  /** The engine failed at first, or takes long; the supervisor goes on. */
  | { readonly type: 'trying'; readonly pid: number }
  | { readonly type: 'ended'; readonly code: number | null };

const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 60_000;

/** Resolves once the engine works, has failed for the first time, or the supervisor has ended. */
export async function untilReady(
  launched: Pick<Launched, 'pid' | 'ended'>,
  control: string,
  clock: Clock,
): Promise<StartOutcome> {
  const until = clock.monotonic() + PATIENCE_MS;
  const pid = launched.pid ?? 0;
  while (clock.monotonic() < until) {
    const code = launched.ended();
    if (code !== undefined) return { type: 'ended', code };
    const reply = await askAddress(control, { verb: 'status', patience: 1_000 }, clock);
    if (reply.type === 'result') {
      const { children, pid: answering } = reply.result as SupervisorStatus;
      // Another one was faster; ours is about to end and to say so.
      const isOurs = answering === launched.pid;
      const engine = children[0]?.mode;
      if (isOurs && engine === 'running') return { type: 'ready', pid };
      if (isOurs && (engine === 'delayed' || engine === 'cooling-down')) return { type: 'trying', pid };
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  return { type: 'trying', pid };
}
