import { unitArgument, unitPath, unitProgram, unitWord } from './escape.ts';
import type { Scope } from './names.ts';
import type { ServiceSpec } from './service-spec.ts';
import { commandOf } from './service-spec.ts';

/** What decides a unit besides its command. */
export interface UnitOptions {
  readonly scope: Scope;
  /** The user a system unit runs as; a user unit is its user's already. */
  readonly user: string;
  /** systemd's major version. */
  readonly version: number;
}

/** The first version that lengthens the delay between restarts by itself; older ones call the keys unknown. */
const GROWING_DELAY_SINCE = 254;

/**
 * The unit of the service (systemd.service(5)). Without `StartLimitIntervalSec=0` five failed starts within 10 s
 * would be the end. The notices come from `systemd-notify`, a child, hence `NotifyAccess=all`. `KillMode=mixed`:
 * only the supervisor is asked to end, it ends its children itself; what is left is killed.
 */
export function systemdUnit(spec: ServiceSpec, { scope, user, version }: UnitOptions): string {
  const [program, ...args] = commandOf(spec);
  return [
    '# Written by `holdfast service install`; `holdfast service uninstall` removes it.',
    '[Unit]',
    'Description=Holdfast, harvests research-paper metadata',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=all',
    ...(scope === 'system' ? [`User=${unitPath(user)}`] : []),
    `WorkingDirectory=${unitPath(spec.workingFolder)}`,
    ...Object.entries(spec.env).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`),
    `ExecStart=${[unitProgram(program), ...args.map(unitArgument)].join(' ')}`,
    'WatchdogSec=90',
    'Restart=always',
    'RestartSec=5',
    ...(version >= GROWING_DELAY_SINCE ? ['RestartSteps=8', 'RestartMaxDelaySec=300'] : []),
    'TimeoutStopSec=45',
    'KillMode=mixed',
    '',
    '[Install]',
    `WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}`,
    '',
  ].join('\n');
}
