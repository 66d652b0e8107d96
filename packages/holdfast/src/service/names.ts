/** The name of the systemd unit, without its ending. */
export const UNIT_NAME = 'holdfast';
/** The unit as systemctl is told of it. */
export const UNIT = `${UNIT_NAME}.service`;
/** The label of the launchd job. No domain of the internet stands behind it, hence `local`. */
export const LABEL = 'local.holdfast';
/** The name of the scheduled task. */
export const TASK = 'Holdfast';

/** Who keeps the service running. */
export type ManagerKind = 'systemd' | 'launchd' | 'task-scheduler';
/** For one user's sessions, or for the machine from its start on. */
export type Scope = 'user' | 'system';
