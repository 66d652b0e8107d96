import { InvalidOptionError } from '../errors.ts';
import { subscribe } from '../telemetry/stream.ts';
import type { MetricsLike, TraceLike } from './api-like.ts';
import { metricsRecorder } from './record-metrics.ts';
import { runSpans } from './trace-runs.ts';

/** Where to send what happens. The module `@opentelemetry/api` itself will do. */
export interface OpenTelemetryOptions {
  /** `trace` of the API, or a tracer provider: spans of runs. */
  readonly trace?: TraceLike;
  /** `metrics` of the API, or a meter provider: numbers of everything. */
  readonly metrics?: MetricsLike;
  /** So many runs may have an open span; default 1,000. Of more, the oldest is ended. */
  readonly maxOpenSpans?: number;
}

/** By which name OpenTelemetry knows the library. */
export const SCOPE = '@holdfast/resilience';

/**
 * Tells OpenTelemetry of every run of a policy (a span each) and of everything that can be counted, from now on. Returns
 * what ends that: spans that are open are ended, and nothing is recorded any more. Never imports the API.
 * @throws InvalidOptionError naming the field.
 */
export function bridgeToOpenTelemetry(options: OpenTelemetryOptions): () => void {
  const { trace, metrics, maxOpenSpans = 1_000 } = options;
  if (trace === undefined && metrics === undefined) {
    throw new InvalidOptionError('trace', 'or metrics must be given');
  }
  if (!Number.isInteger(maxOpenSpans) || maxOpenSpans < 1) {
    throw new InvalidOptionError('maxOpenSpans', 'must be a whole number >= 1');
  }
  const spans = trace === undefined ? undefined : runSpans(trace.getTracer(SCOPE), maxOpenSpans);
  const record = metrics === undefined ? undefined : metricsRecorder(metrics.getMeter(SCOPE));
  const unsubscribe = subscribe((entry) => {
    spans?.hear(entry);
    record?.(entry);
  });
  return () => {
    unsubscribe();
    spans?.stop();
  };
}
