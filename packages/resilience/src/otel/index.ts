export type {
  AttributesLike,
  CounterLike,
  InstrumentOptionsLike,
  MeterLike,
  MetricsLike,
  RecorderLike,
  SpanLike,
  TraceLike,
  TracerLike,
} from './api-like.ts';
export { bridgeToOpenTelemetry, SCOPE } from './bridge.ts';
export type { OpenTelemetryOptions } from './bridge.ts';
