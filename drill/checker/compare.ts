import type { GapLine, QuarantineLine } from '../product/installation.ts';
import { idOfServed, keyOf, type Exchange, type Ledger, type TruthRecord } from '../upstream/ledger.ts';

/** What is read of a line of `export --format jsonl`. */
export interface StoredLine {
  readonly id: string;
  readonly version: string | null;
  readonly seq?: number;
  readonly source?: string;
  readonly deleted?: boolean;
  readonly hash?: string;
}

/** What else the product shows, and how the comparison is meant. */
export interface Shown {
  readonly gaps?: readonly Pick<GapLine, 'id' | 'range'>[];
  readonly quarantine?: readonly Pick<QuarantineLine, 'id'>[];
  /** An undisturbed harvest of the very same list: what is in the store must be there too, with the same hash. */
  readonly undisturbed?: readonly StoredLine[];
  /** The lines are of `export --all-versions`: every version that was published is owed. */
  readonly allVersions?: boolean;
  /** Records that no answer ever delivered or listed are not owed: the upstream kept them to itself. */
  readonly withholds?: boolean;
  /** The run ended before it was caught up, and says so: what is absent is still to come. */
  readonly owed?: boolean;
}

/** An export against the truth, in Jepsen's words, as identifiers (with `vN` where versions are owed). */
export interface Comparison {
  /** How many records there were to be had. None: nothing was proved. */
  readonly attempted: number;
  /** Published, and neither stored nor visible as quarantined or as a gap. */
  readonly lost: readonly string[];
  /** Stored more often than once. */
  readonly duplicated: readonly string[];
  /** Stored, and never published, or with another content than it was published with. */
  readonly unexpected: readonly string[];
  /** Stored although an answer that was to deliver it broke, so that nobody could know whether it had come. */
  readonly recovered: readonly string[];
  /** Absent, but visible in the quarantine. */
  readonly quarantined: readonly string[];
  /** Absent, but visible as a gap, by itself or with its days. */
  readonly inGaps: readonly string[];
  /** Absent, and kept back by the upstream; only with `withholds`. */
  readonly withheld: readonly string[];
}

/**
 * Compares what one upstream published with what is stored of its source, record by record. Unlike in Jepsen's
 * queue, a record that is there twice is a failure.
 */
export function compare(ledger: Ledger, papers: readonly StoredLine[], shown: Shown = {}): Comparison {
  const { gaps = [], quarantine = [], allVersions = false, withholds = false, owed = false } = shown;
  const owedRecords = [...(allVersions ? ledger.published : ledger.truth).values()];
  const stored = new Set(papers.flatMap(({ id, version }) => [id, keyOf(id, version)]));
  // A record whose version is not known yet stands for any.
  const bare = new Set(papers.flatMap(({ id, version }) => (version === null ? [id] : [])));
  const has = ({ id, version }: TruthRecord): boolean => stored.has(keyOf(id, version)) || bare.has(id);
  const nameOf = ({ id, version }: TruthRecord): string => (allVersions ? keyOf(id, version) : id);
  const absent = owedRecords.filter((record) => !has(record));
  const setAside = new Set(quarantine.map(({ id }) => id));
  const groups = Map.groupBy(absent, (record) => {
    if (setAside.has(record.id)) return 'quarantined';
    if (gaps.some((gap) => covers(gap, record))) return 'gap';
    if (withholds && !ledger.served.has(record.id)) return 'withheld';
    return 'lost';
  });
  const names = (group: string): readonly string[] =>
    [...groups].flatMap(([name, records]) => (name === group ? records.map(nameOf) : []));
  return {
    attempted: owedRecords.length,
    lost: owed ? [] : names('lost'),
    duplicated: doubled(papers, allVersions),
    unexpected: unexpectedOf(ledger, papers, shown).map(({ id, version }) => keyOf(id, version)),
    recovered: [...broken(ledger.exchanges)].filter((id) => stored.has(id)),
    quarantined: names('quarantined'),
    inGaps: names('gap'),
    withheld: names('withheld'),
  };
}

/** Jepsen's verdict of a comparison; ours is invalid with duplicates too. */
export function verdictOf(comparison: Comparison): 'valid' | 'invalid' | 'unknown' {
  const { attempted, lost, duplicated, unexpected } = comparison;
  if (lost.length + duplicated.length + unexpected.length > 0) return 'invalid';
  return attempted === 0 ? 'unknown' : 'valid';
}

/** The three counts of a play. */
export function countsOf(all: readonly Comparison[]): {
  lost: number;
  duplicated: number;
  unexpected: number;
} {
  const sum = (key: 'lost' | 'duplicated' | 'unexpected'): number =>
    all.reduce((total, comparison) => total + comparison[key].length, 0);
  return { lost: sum('lost'), duplicated: sum('duplicated'), unexpected: sum('unexpected') };
}

/** Some of the identifiers that are wrong, for a sentence; empty when none is. */
export function examplesOf({ lost, duplicated, unexpected }: Comparison): readonly string[] {
  const some = (word: string, ids: readonly string[]): readonly string[] =>
    ids.slice(0, 3).map((id) => `${word} ${id}`);
  return [...some('lost', lost), ...some('duplicated', duplicated), ...some('unexpected', unexpected)];
}

/** Whether a gap names a record, by itself or by `<stream>/<from>..<to>`: half-open days; without an end it goes on. */
export function covers({ id, range }: Pick<GapLine, 'id' | 'range'>, record: TruthRecord): boolean {
  if (id !== undefined) return id === record.id;
  if (range === undefined) return false;
  const [from = '', to = ''] = range.slice(range.lastIndexOf('/') + 1).split('..');
  return record.datestamp >= from && (to === '' || record.datestamp < to);
}

/** A multiset by (source, id, version), or by (source, id) where only latest versions are shown; and by `seq`. */
function doubled(papers: readonly StoredLine[], allVersions: boolean): readonly string[] {
  const nameOf = ({ id, version }: StoredLine): string => (allVersions ? keyOf(id, version) : id);
  const names = repeated(papers, (paper) => `${paper.source ?? ''} ${nameOf(paper)}`).map(nameOf);
  const numbered = papers.filter(({ seq }) => seq !== undefined);
  return [...names, ...repeated(numbered, ({ seq }) => String(seq)).map(({ seq }) => `seq ${String(seq)}`)];
}

function repeated<T>(all: readonly T[], keyOfOne: (one: T) => string): readonly T[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(keyOfOne(one)).size);
}

function unexpectedOf(ledger: Ledger, papers: readonly StoredLine[], shown: Shown): readonly StoredLine[] {
  const { undisturbed } = shown;
  const hashes = new Map(undisturbed?.map(({ id, version, hash }) => [keyOf(id, version), hash]));
  return papers.filter(({ id, version, deleted, hash }) => {
    const record = ledger.truth.get(id);
    if (record === undefined) return true;
    const key = keyOf(id, version);
    if (version !== null && record.version !== undefined && !ledger.published.has(key)) return true;
    if (deleted !== undefined && deleted !== (record.deleted ?? false)) return true;
    return undisturbed !== undefined && (!hashes.has(key) || hashes.get(key) !== hash);
  });
}

/** Identifiers of answers that were cut or spoiled. */
function broken(exchanges: readonly Exchange[]): ReadonlySet<string> {
  return new Set(
    exchanges.flatMap(({ response }) =>
      response?.fault !== undefined || response?.aborted === true
        ? (response.served ?? []).map(idOfServed)
        : [],
    ),
  );
}
