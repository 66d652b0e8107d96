export type {
  AdapterContext,
  AuthState,
  OpenContext,
  SessionAdapter,
  SessionAuth,
  SessionView,
  Usage,
} from './adapter.ts';
export { AuthExpiredError } from './auth-expired-error.ts';
export type { CallOptions, Lease } from './lease.ts';
export type { Loss, LossCause, LossReport } from './loss.ts';
export { NeedsHumanError } from './needs-human-error.ts';
export type { HumanRequest } from './needs-human-error.ts';
export type { OnSessionEvent, SessionEvent } from './session-event.ts';
export type {
  AuthPolicy,
  ProbePolicy,
  RecoverPolicy,
  RecyclePolicy,
  SessionPolicy,
  SnapshotPolicy,
} from './session-policy.ts';
export type { SessionState } from './session-state.ts';
export type { SessionStats } from './session-stats.ts';
export type { SnapshotStore } from './snapshot-store.ts';
export type { LeaseOptions, SupervisedSession, UseOptions } from './supervised-session.ts';
export { endTree } from '../process/end-tree.ts';
export type { EndTreeOptions, EndTreeReport } from '../process/end-tree.ts';
export { markProfile } from './processes/delete-profile.ts';
export { processRecords } from './processes/process-records.ts';
export type { ProcessRecord, StartedProcess } from './processes/process-record.ts';
export type { ProcessRecords, ProcessRecordsOptions, ReapReport } from './processes/process-records.ts';
export type { TreeWorld } from '../process/process-tree.ts';
export { fileSnapshots } from './snapshots/file-snapshots.ts';
export type { FileSnapshotsOptions, UnreadableSnapshot } from './snapshots/file-snapshots.ts';
export { memorySnapshots } from './snapshots/memory-snapshots.ts';
export type { UnreadableReason } from './snapshots/envelope.ts';
export { LoginRefusedError } from './login-refused-error.ts';
export { SessionLostError } from './session-lost-error.ts';
export type { SessionLostDetails } from './session-lost-error.ts';
export { SessionUnavailableError } from './session-unavailable-error.ts';
export type { SessionUnavailableCode } from './session-unavailable-error.ts';
export { StaleLeaseError } from './stale-lease-error.ts';
export { superviseSession } from './supervise-session.ts';
export { connectionMetrics } from './functions/connection-metrics.ts';
export type { ConnectionMetrics, MetricsCollector } from './functions/connection-metrics.ts';
export type {
  ConnectionEvent,
  ConnectionOptions,
  RecoveryContext,
  RecoveryEvent,
} from './functions/connection-options.ts';
export { connectionReport } from './functions/connection-report.ts';
export { connectionResilience } from './functions/connection-resilience.ts';
export { currentLease } from './functions/current-lease.ts';
export type { AsyncMethod, InstanceOptions, MethodDecorator } from './functions/per-instance.ts';
export { periodicHealthCheck } from './functions/periodic-health-check.ts';
export { withConnectionResilience } from './functions/with-connection-resilience.ts';
export type { ResilientFunction } from './functions/with-connection-resilience.ts';
export { withPeriodicHealthCheck } from './functions/with-periodic-health-check.ts';
export type { HealthCheckEvent, HealthCheckOptions } from './functions/with-periodic-health-check.ts';
