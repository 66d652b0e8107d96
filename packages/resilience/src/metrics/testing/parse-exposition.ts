/** One sample of a family. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A family with its heading. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads Prometheus' text format 0.0.4 as strictly as its specification allows: one HELP and one TYPE for each family,
 * before its samples; samples of a family in one group; each series once; escapes that exist; and of histograms
 * cumulative buckets in rising order that end with +Inf, which is the count.
 * @throws Error with the line that breaks a rule.
 */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const families = new Map<string, { name: string; type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current: { name: string; type: string; help: string; samples: Sample[] } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const heading = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (heading !== null) {
      const [, kind = '', name = '', rest = ''] = heading;
      if (current?.name !== name) {
        if (families.has(name)) throw new Error(`second group: ${line}`);
        if (NAME.exec(name)?.[0] !== name) throw new Error(`name: ${line}`);
        current = { name, type: '', help: '', samples: [] };
        families.set(name, current);
      }
      if (current.samples.length > 0) throw new Error(`heading after samples: ${line}`);
      if (kind === 'TYPE') {
        if (current.type !== '' || !TYPES.includes(rest)) throw new Error(`type: ${line}`);
        current.type = rest;
      } else {
        if (current.help !== '') throw new Error(`second help: ${line}`);
        current.help = unescaped(rest, /\\(.)/g, ['\\', 'n']);
      }
    } else {
      if (line.startsWith('#') || line === '' || current === undefined) throw new Error(`line: ${line}`);
      const sample = parseSample(line);
      if (!belongs(sample.name, current)) throw new Error(`not of ${current.name}: ${line}`);
      const identity = `${sample.name} ${identityOf(sample.labels)}`;
      if (seen.has(identity)) throw new Error(`twice: ${line}`);
      seen.add(identity);
      current.samples.push(sample);
    }
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

/** The same for the same labels, in whatever order they come. */
function identityOf(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map((pair) => JSON.stringify(pair));
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join();
}

function belongs(name: string, { name: family, type }: Family): boolean {
  if (type !== 'histogram') return name === family;
  return ['_bucket', '_sum', '_count'].some((suffix) => name === `${family}${suffix}`);
}

function parseSample(line: string): Sample {
  const [name] = NAME.exec(line) ?? [];
  if (name === undefined) throw new Error(`name: ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    while (!rest.startsWith('}')) {
      const [label] = LABEL.exec(rest) ?? [];
      const quoted = label === undefined ? null : /^="((?:[^"\\\n]|\\.)*)"/.exec(rest.slice(label.length));
      if (label === undefined || quoted === null || label in labels) throw new Error(`label: ${line}`);
      labels[label] = unescaped(quoted[1] ?? '', /\\(.)/g, ['\\', 'n', '"']);
      rest = rest.slice(label.length + quoted[0].length);
      if (rest.startsWith(',')) rest = rest.slice(1);
      else if (!rest.startsWith('}')) throw new Error(`comma: ${line}`);
    }
    rest = rest.slice(1);
  }
  const value = /^ ([+-]Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(rest)?.[1];
  if (value === undefined) throw new Error(`value: ${line}`);
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function unescaped(text: string, escapes: RegExp, allowed: readonly string[]): string {
  return text.replace(escapes, (whole, char: string) => {
    if (!allowed.includes(char)) throw new Error(`escape ${whole}`);
    return char === 'n' ? '\n' : char;
  });
}

function checkFamily({ name, type, help, samples }: Family): void {
  if (type === '' || help === '' || samples.length === 0) throw new Error(`incomplete: ${name}`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`below 0: ${name}`);
  if (type === 'histogram') checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _le, ...rest } }) => identityOf(rest));
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
    const isRising = bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] ?? Infinity));
    const isCumulative = buckets.every(({ value }, at) => at === 0 || value >= (buckets[at - 1]?.value ?? 0));
    const counts = group.filter((sample) => sample.name === `${name}_count`);
    const sums = group.filter((sample) => sample.name === `${name}_sum`);
    if (!isRising || !isCumulative || bounds.at(-1) !== Infinity) throw new Error(`buckets: ${name}`);
    if (counts.length !== 1 || sums.length !== 1 || counts[0]?.value !== buckets.at(-1)?.value) {
      throw new Error(`count: ${name}`);
    }
  }
}
