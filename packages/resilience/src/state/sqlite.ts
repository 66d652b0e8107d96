export { sqliteState } from './sqlite-state.ts';
export type { SqliteStateOptions } from './sqlite-state.ts';
