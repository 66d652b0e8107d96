export { fileState } from './file-state.ts';
export { memoryState } from './memory-state.ts';
export type { JsonValue, LockOptions, Release, StateStore } from './state-store.ts';
