import { HoldfastError } from '../../model/error.ts';
import type { SupervisorStatus } from '../../model/supervisor-status.ts';
import { halt, planHalt } from '../../service/index.ts';
import { serviceSetup } from '../service/setup.ts';
import type { Call } from '../verb.ts';

type Manager = NonNullable<SupervisorStatus['manager']>;

/** How a service that we did not install is ended, for each manager that brings back what ends. */
const BY_HAND: Readonly<Record<Exclude<Manager, 'container'>, (pid: number) => string>> = {
  systemd: (pid) => `\`systemctl status ${pid}\` names its unit; end that with \`systemctl stop\`.`,
  launchd: () => '`launchctl list` names its job; end that with `launchctl bootout`.',
  'task-scheduler': () => '`schtasks /Query` names its task; end that with `schtasks /End`.',
};

/**
 * Keeps a service's manager from bringing back what is about to end. Returns the commands that start it again; none
 * when no manager would bring it back: that of a container is told by the exit code that it ended as it was asked to.
 * @throws HoldfastError `ERR_MANAGED` when the manager has to be told by somebody else
 */
export async function haltService(
  call: Call<unknown>,
  { manager, pid, dataDir }: SupervisorStatus,
): Promise<readonly string[]> {
  if (manager === null || manager === 'container') return [];
  const setup = await serviceSetup(call, call.io.uid === 0 ? 'system' : 'user');
  const plan = planHalt(setup, dataDir);
  if (plan === null) {
    throw new HoldfastError(
      'ERR_MANAGED',
      `It runs under ${manager} (process ${pid}), which would bring it back.`,
      { hint: BY_HAND[manager](pid) },
    );
  }
  await halt(setup, plan);
  return plan.start;
}
