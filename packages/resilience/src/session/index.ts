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
export { endTree } from './processes/end-tree.ts';
export type { EndTreeOptions, EndTreeReport } from './processes/end-tree.ts';
export { markProfile } from './processes/delete-profile.ts';
export { processRecords } from './processes/process-records.ts';
export type { ProcessRecord, StartedProcess } from './processes/process-record.ts';
export type { ProcessRecords, ProcessRecordsOptions, ReapReport } from './processes/process-records.ts';
export type { TreeWorld } from './processes/process-tree.ts';
export { fileSnapshots } from './snapshots/file-snapshots.ts';
export type { FileSnapshotsOptions, UnreadableSnapshot } from './snapshots/file-snapshots.ts';
export { memorySnapshots } from './snapshots/memory-snapshots.ts';
export type { UnreadableReason } from './snapshots/envelope.ts';
