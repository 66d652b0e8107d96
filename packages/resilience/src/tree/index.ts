export type { ChildContext, ChildKind, ChildSpec } from './child-spec.ts';
export type { ChildState, RunExit } from './child-state.ts';
export type { RestartStrategy } from './strategy.ts';
export { nested, supervise } from './supervise.ts';
export type { ChildStatus, Supervisor } from './supervisor.ts';
export { SupervisorError } from './supervisor-error.ts';
export type { SupervisorErrorCode } from './supervisor-error.ts';
export type { TreeEvent } from './tree-event.ts';
export type { SupervisorOptions } from './tree-options.ts';
