export { collectMetrics } from './collect-metrics.ts';
export type { Metrics, MetricSnapshot, MetricsOptions, SeriesSnapshot } from './collect-metrics.ts';
export { CONTENT_TYPES } from './exposition.ts';
export type { MetricsFormat } from './exposition.ts';
