export { ChildError } from './child-error.ts';
export type { ChildErrorCode, ChildErrorDetails } from './child-error.ts';
export { processChild } from './process-child.ts';
export type { ProcessChildOptions } from './process-options.ts';
export { workerChild } from './worker-child.ts';
export type { WorkerChildOptions } from './worker-options.ts';
