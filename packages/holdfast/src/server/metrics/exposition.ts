import type { Histogram } from '../../model/metrics.ts';

/** Labels of a series; their order is kept. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a metric and its value. */
export type Sample = readonly [labels: Labels, value: number];

/** A metric with everything a scraper is told of it. */
export type Family =
  | {
      readonly type: 'counter' | 'gauge';
      readonly name: string;
      readonly help: string;
      /** What is not known is left out, never 0. */
      readonly samples: readonly Sample[];
    }
  | {
      readonly type: 'histogram';
      readonly name: string;
      readonly help: string;
      readonly histogram: Histogram;
    };

/**
 * The text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). A family
 * without a known value is left out with its heading.
 */
export function exposition(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

function familyText(family: Family): string {
  const lines =
    family.type === 'histogram'
      ? histogramLines(family.name, family.histogram)
      : family.samples.map(([labels, value]) => line(family.name, labels, value));
  if (lines.length === 0) return '';
  const { name, help, type } = family;
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** Buckets are cumulative, and the last holds everything. */
function histogramLines(name: string, { bounds, counts, sum, count }: Histogram): string[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return line(`${name}_bucket`, { le: numberText(bound) }, below);
  });
  return [
    ...buckets,
    line(`${name}_bucket`, { le: '+Inf' }, count),
    line(`${name}_sum`, {}, sum),
    line(`${name}_count`, {}, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}\n`;
}

function escapeLabel(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
