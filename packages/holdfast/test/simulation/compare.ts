import type { Kind, TruthRecord, Upstream } from '@holdfast/upstream';
import type { Gap } from '../../src/model/gap.ts';
import type { Store } from '../../src/store/port.ts';
import type { PolitenessWatch } from './politeness-watch.ts';

/** Upstream's truth against the store, in Jepsen's words. */
export interface Comparison {
  /** Published, yet neither in the store nor in the visible quarantine or gaps. */
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly unexpected: readonly string[];
  /** Requests that undercut the interval or a Retry-After, as sentences. */
  readonly impolite: readonly string[];
  /** Names of the faults that fired. */
  readonly fired: readonly string[];
  readonly requests: number;
  readonly gaps: number;
  readonly quarantined: number;
}

/** Compares exact sets of identifiers (with versions where the upstream lists each as a row of its own). */
export async function compare(
  kind: Kind,
  upstream: Upstream,
  store: Store,
  watch: PolitenessWatch,
): Promise<Comparison> {
  const truth = new Map([...upstream.truth()].map((record) => [keyOf(kind, record), record]));
  const { stored, lines } = await contents(kind, store);
  const gaps = await store.gaps();
  const quarantine = (await store.quarantine()).filter(({ state }) => state === 'open');
  const visible = new Set([...gaps, ...quarantine].map(({ id }) => id));
  const published = everPublished(kind, upstream);
  // A row that is too damaged to be named lies there as bytes.
  const nameless = quarantine.filter(({ id }) => id === null).map(({ bytes }) => Buffer.from(bytes));
  const isVisible = (record: TruthRecord): boolean =>
    visible.has(record.id) ||
    nameless.some((bytes) => bytes.includes(record.id)) ||
    gaps.some((gap) => covers(gap, record));
  return {
    lost: [...truth].filter(([key, record]) => !stored.has(key) && !isVisible(record)).map(([key]) => key),
    duplicated: repeated(lines),
    unexpected: [...stored].filter((key) => !truth.has(key) && !published.has(key)),
    impolite: watch.findings,
    fired: upstream.ledger.entries.flatMap((entry) => (entry.type === 'fault' ? [entry.name] : [])),
    requests: upstream.ledger.entries.filter(({ type }) => type === 'request').length,
    gaps: gaps.filter(({ state }) => state === 'open').length,
    quarantined: quarantine.length,
  };
}

async function contents(kind: Kind, store: Store): Promise<{ stored: Set<string>; lines: string[] }> {
  const stored = new Set<string>();
  const lines: string[] = [];
  for await (const { fields } of store.export({ allVersions: true })) {
    stored.add(versioned(kind) ? `${fields.id}v${String(fields.version)}` : fields.id);
    lines.push(`${fields.id} version ${String(fields.version)}`);
  }
  return { stored, lines };
}

/** A visible range gap answers for every record that is stamped inside it. */
function covers({ range }: Gap, { datestamp }: TruthRecord): boolean {
  return range !== null && datestamp >= range.from && (range.to === null || datestamp < range.to);
}

function versioned(kind: Kind): boolean {
  return kind === 'biorxiv' || kind === 'medrxiv';
}

function keyOf(kind: Kind, record: { readonly id: string; readonly version?: string }): string {
  return versioned(kind) ? `${record.id}v${String(record.version)}` : record.id;
}

function everPublished(kind: Kind, upstream: Upstream): Set<string> {
  return new Set(
    upstream.ledger.entries.flatMap((entry) => (entry.type === 'change' ? [keyOf(kind, entry)] : [])),
  );
}

function repeated(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.filter((line) => seen.size === seen.add(line).size);
}
