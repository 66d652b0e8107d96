/**
 * The few methods of `@opentelemetry/api` that the bridge calls, by their form: so the package is checked and runs
 * where the API is not installed, and works with the API's globals as well as with providers of an SDK.
 */

/** What a span or a measurement is described by. */
export type AttributesLike = Record<string, string | number | boolean>;

/** A span of OpenTelemetry. */
export interface SpanLike {
  addEvent(name: string, attributes?: AttributesLike): unknown;
  setAttributes(attributes: AttributesLike): unknown;
  /** `code` 2 is ERROR. */
  setStatus(status: { code: 2; message?: string }): unknown;
  end(): void;
}

/** Makes spans; parent is the context that is active at the call. */
export interface TracerLike {
  startSpan(name: string, options?: { attributes?: AttributesLike }): SpanLike;
}

/** How an instrument is described. */
export interface InstrumentOptionsLike {
  description?: string;
  unit?: string;
  advice?: { explicitBucketBoundaries?: number[] };
}

/** A counter that goes up, or up and down. */
export interface CounterLike {
  add(value: number, attributes?: AttributesLike): void;
}

/** Takes values. */
export interface RecorderLike {
  record(value: number, attributes?: AttributesLike): void;
}

/** Makes instruments. */
export interface MeterLike {
  createCounter(name: string, options?: InstrumentOptionsLike): CounterLike;
  createUpDownCounter(name: string, options?: InstrumentOptionsLike): CounterLike;
  createHistogram(name: string, options?: InstrumentOptionsLike): RecorderLike;
  createGauge(name: string, options?: InstrumentOptionsLike): RecorderLike;
}

/** `trace` of the API, or a tracer provider. */
export interface TraceLike {
  getTracer(name: string): TracerLike;
}

/** `metrics` of the API, or a meter provider. */
export interface MetricsLike {
  getMeter(name: string): MeterLike;
}
