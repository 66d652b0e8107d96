export { identify, isAlive, systemProcesses } from './process-identity.ts';
export type { ProcessIdentity, ProcessWorld } from './process-identity.ts';
