import { BOUNDS } from '../telemetry/instruments.ts';
import type { Instrument, Label } from '../telemetry/instruments.ts';
import type { Labels } from '../telemetry/measure.ts';
import type { Series, SeriesSet } from './series.ts';

/** Prometheus' text format 0.0.4, or OpenMetrics 1.0. */
export type MetricsFormat = 'prometheus' | 'openmetrics';

/** What to send with the text as its type. */
export const CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Name of the family: that of OpenTelemetry with underscores, and the unit when it has one. */
export function familyOf(name: string, { unit }: Instrument): string {
  return `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}`;
}

/** One family, with its heading. Format: prometheus.io "Exposition formats", openmetrics.io "OpenMetrics 1.0". */
export function familyText(
  name: string,
  instrument: Instrument,
  series: SeriesSet,
  format: MetricsFormat,
): string {
  const base = familyOf(name, instrument);
  const isOpen = format === 'openmetrics';
  const sampled = instrument.kind === 'counter' ? `${base}_total` : base;
  // What adds up has its suffix in the name of the family with Prometheus, and only in its samples with OpenMetrics.
  const family = isOpen ? base : sampled;
  const type = instrument.kind === 'state' ? 'gauge' : instrument.kind;
  const lines = [`# TYPE ${family} ${type}`, `# HELP ${family} ${help(instrument.description, isOpen)}`];
  if (isOpen && instrument.unit === 's') lines.splice(1, 0, `# UNIT ${family} seconds`);
  for (const one of series) lines.push(...samples(sampled, instrument, one, series.states));
  return `${lines.join('\n')}\n`;
}

function samples(
  name: string,
  instrument: Instrument,
  series: Series,
  states: ReadonlySet<string>,
): string[] {
  const { labels, sum, count, buckets, state } = series;
  if (instrument.kind === 'state') {
    return [...states].map((one) => sample(name, { ...labels, state: one }, one === state ? 1 : 0));
  }
  if (buckets === undefined) return [sample(name, labels, sum)];
  let below = 0;
  const counts = BOUNDS.map((bound, at) => {
    below += buckets[at] ?? 0;
    return sample(`${name}_bucket`, labels, below, canonical(bound));
  });
  return [
    ...counts,
    sample(`${name}_bucket`, labels, count, '+Inf'),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, count),
  ];
}

function sample(name: string, labels: Labels, value: number, le?: string): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label as Label}="${escaped(text)}"`);
  if (le !== undefined) pairs.push(`le="${le}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

/** Numbers of buckets are written as floats, so that both formats name a bucket alike. */
function canonical(bound: number): string {
  return Number.isInteger(bound) ? `${String(bound)}.0` : String(bound);
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function help(text: string, isOpen: boolean): string {
  return isOpen ? escaped(text) : text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
