/** One series and its value. */
export interface Series {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** A metric as a scraper understands it. */
export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]Inf)$/i;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * Reads the text format of Prometheus, version 0.0.4, and forgives nothing: each metric is one block of HELP, TYPE
 * and at least one series of a name that its type allows; no series comes twice.
 * @throws Error with the line that is wrong
 */
export function parseExposition(text: string): readonly Metric[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const lines = text.split('\n').slice(0, -1);
  const metrics: Metric[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < lines.length;) {
    const help = match(new RegExp(`^# HELP (${NAME}) (.*)$`, 's'), lines[at]);
    const name = help[1] ?? '';
    const type = match(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`), lines[at + 1])[1] ?? '';
    if (metrics.some((metric) => metric.name === name)) throw new Error(`${name} comes twice`);
    at += 2;
    const series: Series[] = [];
    for (; at < lines.length && !lines[at]?.startsWith('#'); at += 1) {
      const read = parseSeries(lines[at] ?? '');
      const allowed = SUFFIXES[type]?.some((suffix) => read.name === `${name}${suffix}`) ?? false;
      if (!allowed) throw new Error(`${read.name} does not belong to ${type} ${name}`);
      const key = `${read.name} ${JSON.stringify([...read.labels].map((pair) => pair.join('=')).toSorted())}`;
      if (seen.has(key)) throw new Error(`${key} comes twice`);
      seen.add(key);
      series.push(read);
    }
    if (series.length === 0) throw new Error(`${name} has no series`);
    const metric = { name, type, help: unescape(help[2] ?? ''), series };
    if (type === 'counter' && !name.endsWith('_total')) throw new Error(`the counter ${name} has no _total`);
    if (type === 'histogram') checkHistogram(metric);
    metrics.push(metric);
  }
  return metrics;
}

function parseSeries(line: string): Series {
  const [, name = '', labels, value = ''] = match(new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`, 's'), line);
  if (!VALUE.test(value)) throw new Error(`"${value}" is no value: ${line}`);
  const number = /inf/i.test(value) ? (value.startsWith('-') ? -Infinity : Infinity) : Number(value);
  return { name, labels: parseLabels(labels ?? '', line), value: number };
}

function parseLabels(text: string, line: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const found = LABEL.exec(text);
    if (found === null) throw new Error(`the labels are malformed: ${line}`);
    const [, key = '', value = ''] = found;
    if (labels.has(key)) throw new Error(`the label ${key} comes twice: ${line}`);
    labels.set(key, unescape(value));
  }
  return labels;
}

function checkHistogram({ name, series }: Metric): void {
  const buckets = series.filter((each) => each.name === `${name}_bucket`);
  const count = series.find((each) => each.name === `${name}_count`)?.value;
  const bounds = buckets.map(({ labels }) => Number((labels.get('le') ?? '').replace('+Inf', 'Infinity')));
  const rising = (values: readonly number[]): boolean =>
    values.every((value, index) => index === 0 || value >= (values[index - 1] ?? value));
  if (bounds.at(-1) !== Infinity || !rising(bounds)) throw new Error(`the bounds of ${name} are wrong`);
  if (!rising(buckets.map(({ value }) => value)) || buckets.at(-1)?.value !== count)
    throw new Error(`the buckets of ${name} do not add up`);
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}

function match(pattern: RegExp, line: string | undefined): RegExpExecArray {
  const found = pattern.exec(line ?? '');
  if (found === null) throw new Error(`"${line ?? 'the end'}" is not ${String(pattern)}`);
  return found;
}
