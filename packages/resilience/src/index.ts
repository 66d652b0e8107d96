export { InvalidOptionError, ResilienceError } from './errors.ts';
export type { ResilienceErrorOptions } from './errors.ts';
export * from './classify/index.ts';
export * from './policy/index.ts';
export * from './telemetry/index.ts';
export * from './tree/index.ts';
export type { JsonValue, LockOptions, Release, StateStore } from './state/state-store.ts';
