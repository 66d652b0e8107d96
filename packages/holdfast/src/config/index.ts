export type {
  AlertChannel,
  Alerts,
  Config,
  Deadman,
  KeepAwake,
  LogBounds,
  SourceConfig,
  SourceKind,
  Timeouts,
} from './config.ts';
export { configError } from './config-error.ts';
export { publishedFloor } from './floors.ts';
export { nearest } from './edit-distance.ts';
export type { Origin, Origins } from './origins.ts';
export type { Flags } from './overrides.ts';
export { resolveConfig } from './resolve-config.ts';
export type { ConfigInputs, ResolvedConfig } from './resolve-config.ts';
