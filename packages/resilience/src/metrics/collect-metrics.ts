import { InvalidOptionError } from '../errors.ts';
import { BOUNDS, INSTRUMENTS } from '../telemetry/instruments.ts';
import type { Instrument, InstrumentName } from '../telemetry/instruments.ts';
import { measure } from '../telemetry/measure.ts';
import type { Labels } from '../telemetry/measure.ts';
import { subscribe } from '../telemetry/stream.ts';
import { familyOf, familyText } from './exposition.ts';
import type { MetricsFormat } from './exposition.ts';
import { SeriesSet } from './series.ts';

/** How metrics are collected. */
export interface MetricsOptions {
  /**
   * So many sets of labels are kept for each metric; default 500. Names that come after that are counted together,
   * with `other` in place of the name. So memory has a bound, whatever operations and policies are called.
   */
  readonly maxSeries?: number;
}

/** One metric, as numbers. */
export interface MetricSnapshot {
  /** As Prometheus has it, without `_total`. */
  readonly name: string;
  readonly kind: Instrument['kind'];
  readonly description: string;
  readonly series: readonly SeriesSnapshot[];
}

/** What one set of labels has gathered. */
export interface SeriesSnapshot {
  /** Of a state, with the one that is true. */
  readonly labels: Labels;
  /** Of a counter or gauge its value, of a histogram the sum in seconds, of a state 1. */
  readonly value: number;
  /** Of a histogram: how many were recorded. */
  readonly count?: number;
  /** Of a histogram: how many were at most so many seconds, by rising bounds. */
  readonly buckets?: readonly (readonly [bound: number, count: number])[];
}

/** Metrics as they stand. */
export interface Metrics {
  /** For Prometheus to read: its text format 0.0.4, or OpenMetrics 1.0; `CONTENT_TYPES` has the type to send with it. */
  text(format?: MetricsFormat): string;
  snapshot(): readonly MetricSnapshot[];
  /** Hears no more. What was collected can still be read. */
  stop(): void;
}

/** How often a measurement had to be counted under `other`; the bridge's own metric. */
const FOLDED: Instrument = {
  kind: 'counter',
  unit: '{measurement}',
  description: 'Measurements counted under other, since there were too many names.',
  names: [],
  facts: [],
};

/**
 * Counts what happens in the library from now on, until `stop()`. Takes constant memory: no list of latencies is kept,
 * they fall into fixed buckets.
 * @throws InvalidOptionError naming the field.
 */
export function collectMetrics(options: MetricsOptions = {}): Metrics {
  const { maxSeries = 500 } = options;
  if (!Number.isInteger(maxSeries) || maxSeries < 1) {
    throw new InvalidOptionError('maxSeries', 'must be a whole number >= 1');
  }
  const collected = new Collected(maxSeries);
  const stop = subscribe((entry) =>
    measure(entry, (name, value, labels) => collected.take(name, value, labels)),
  );
  return { text: (format) => collected.text(format), snapshot: () => collected.snapshot(), stop };
}

/** The series of all instruments that measured something. */
class Collected {
  readonly #limit: number;
  readonly #sets = new Map<InstrumentName, SeriesSet>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(name: InstrumentName, value: number, labels: Labels): void {
    let set = this.#sets.get(name);
    if (set === undefined) {
      set = new SeriesSet(INSTRUMENTS[name], this.#limit);
      this.#sets.set(name, set);
    }
    set.take(value, labels);
  }

  text(format: MetricsFormat = 'prometheus'): string {
    const families = this.#known().map(([name, set]) => familyText(name, INSTRUMENTS[name], set, format));
    const folded = new SeriesSet(FOLDED, 1);
    folded.take(this.#folded(), {});
    families.push(familyText('holdfast.metrics.folded', FOLDED, folded, format));
    return `${families.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`;
  }

  snapshot(): MetricSnapshot[] {
    return this.#known().map(([name, set]) => ({
      name: familyOf(name, INSTRUMENTS[name]),
      kind: INSTRUMENTS[name].kind,
      description: INSTRUMENTS[name].description,
      series: [...set].map((series) => {
        const { labels, sum, count, buckets, state } = series;
        if (state !== undefined) return { labels: { ...labels, state }, value: 1 };
        if (buckets === undefined) return { labels, value: sum };
        return { labels, value: sum, count, buckets: cumulative(buckets) };
      }),
    }));
  }

  /** In the order in which documentation lists them. */
  #known(): [InstrumentName, SeriesSet][] {
    return (Object.keys(INSTRUMENTS) as InstrumentName[]).flatMap((name) => {
      const set = this.#sets.get(name);
      return set === undefined ? [] : [[name, set] satisfies [InstrumentName, SeriesSet]];
    });
  }

  #folded(): number {
    return [...this.#sets.values()].reduce((sum, { folded }) => sum + folded, 0);
  }
}

function cumulative(buckets: Float64Array): [number, number][] {
  let below = 0;
  return [...BOUNDS, Infinity].map((bound, at) => [bound, (below += buckets[at] ?? 0)]);
}
