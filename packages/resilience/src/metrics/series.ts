import { BOUNDS } from '../telemetry/instruments.ts';
import type { Instrument, Label } from '../telemetry/instruments.ts';
import type { Labels } from '../telemetry/measure.ts';

/** What stands for the names that came when there was no more room. */
export const OTHER = 'other';

/** So many characters of a name make a label. */
const NAME_LIMIT = 120;

/** So many states are shown of one instrument; the library knows fewer. */
const STATES = 32;

/** What one set of labels has gathered. */
export interface Series {
  readonly labels: Labels;
  /** The sum of what was added or recorded; of a gauge the latest. */
  sum: number;
  /** How often. */
  count: number;
  /** Of a histogram: how many fell between a bound and the one before it; the last are beyond all bounds. */
  readonly buckets: Float64Array | undefined;
  /** Of a state: the one that is true. */
  state: string | undefined;
}

/**
 * All series of one instrument, in memory that has a bound whatever names come: `limit` label sets as they are; after
 * that the same with `other` for their names, of which there are few; and if those were many too, one for all.
 */
export class SeriesSet {
  readonly #instrument: Instrument;
  readonly #limit: number;
  readonly #labels: readonly Label[];
  readonly #all = new Map<string, Series>();
  readonly #states = new Set<string>();
  #folded = 0;

  constructor(instrument: Instrument, limit: number) {
    this.#instrument = instrument;
    this.#limit = limit;
    this.#labels = [...instrument.names, ...instrument.facts];
  }

  /** Measurements that were counted under `other`. */
  get folded(): number {
    return this.#folded;
  }

  /** Of a state: all that were true of anything, so that one that is not true any more is shown as 0. */
  get states(): ReadonlySet<string> {
    return this.#states;
  }

  take(value: number, labels: Labels): void {
    const { kind } = this.#instrument;
    const series = this.#find(kind === 'state' ? { ...labels, state: '' } : labels);
    series.sum = kind === 'gauge' ? value : series.sum + value;
    series.count += 1;
    if (kind === 'state') series.state = this.#seen(cut(labels.state ?? ''));
    if (series.buckets === undefined) return;
    const at = BOUNDS.findIndex((bound) => value <= bound);
    const bucket = at < 0 ? BOUNDS.length : at;
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }

  [Symbol.iterator](): IterableIterator<Series> {
    return this.#all.values();
  }

  #seen(state: string): string {
    if (!this.#states.has(state) && this.#states.size >= STATES) return OTHER;
    this.#states.add(state);
    return state;
  }

  #find(labels: Labels): Series {
    const all = this.#labels;
    const known = this.#all.get(keyOf(all, labels));
    if (known !== undefined) return known;
    if (this.#all.size < this.#limit) return this.#add(all, labels);
    this.#folded += 1;
    const unnamed = { ...labels, ...others(this.#instrument.names) };
    const folded = this.#all.get(keyOf(all, unnamed));
    if (folded !== undefined) return folded;
    if (this.#all.size < 2 * this.#limit) return this.#add(all, unnamed);
    const rest = others(all);
    return this.#all.get(keyOf(all, rest)) ?? this.#add(all, rest);
  }

  #add(all: readonly Label[], labels: Labels): Series {
    const series: Series = {
      labels: plainLabels(all, labels),
      sum: 0,
      count: 0,
      buckets: this.#instrument.kind === 'histogram' ? new Float64Array(BOUNDS.length + 1) : undefined,
      state: undefined,
    };
    this.#all.set(keyOf(all, labels), series);
    return series;
  }
}

function plainLabels(all: readonly Label[], labels: Labels): Labels {
  const plain: Partial<Record<Label, string>> = {};
  for (const label of all) {
    const value = cut(labels[label] ?? '');
    if (value !== '') plain[label] = value;
  }
  return plain;
}

function keyOf(all: readonly Label[], labels: Labels): string {
  let key = '';
  for (const label of all) {
    const value = cut(labels[label] ?? '');
    // With its length before it no value can pass for two.
    key += `${String(value.length)}:${value}`;
  }
  return key;
}

function others(of: readonly Label[]): Labels {
  return Object.fromEntries(of.map((label) => [label, OTHER]));
}

function cut(text: string): string {
  const short = text.length > NAME_LIMIT ? text.slice(0, NAME_LIMIT) : text;
  return short.isWellFormed() ? short : short.toWellFormed();
}
