import type { LedgerLine } from './simulator.ts';

/** What an export lacks or has too much of, against the ledger of the upstream. */
export interface Comparison {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** Never published, or with another content than in a harvest that nobody disturbed. */
  readonly unexpected: readonly string[];
}

interface Line {
  readonly seq: number;
  readonly id: string;
  readonly version: string | null;
  readonly hash: string;
}

/**
 * Compares exports (`--all-versions`) of a disturbed and of an undisturbed harvest of the same list with the
 * truth in the simulator's ledger.
 */
export function compare(ledger: readonly LedgerLine[], disturbed: string, undisturbed: string): Comparison {
  const truth = new Set(
    (ledger.find(({ type }) => type === 'truth')?.records ?? []).map(({ id, version }) =>
      keyOf(id, version ?? null),
    ),
  );
  const lines = linesOf(disturbed);
  const keys = lines.map(({ id, version }) => keyOf(id, version));
  const had = new Set(keys);
  const hashes = new Map(linesOf(undisturbed).map(({ id, version, hash }) => [keyOf(id, version), hash]));
  return {
    lost: [...truth].filter((key) => !had.has(key)),
    duplicated: [
      ...repeated(keys),
      ...repeated(lines.map(({ seq }) => String(seq))).map((seq) => `seq ${seq}`),
    ],
    unexpected: lines
      .filter(({ id, version, hash }) => {
        const key = keyOf(id, version);
        return !truth.has(key) || hashes.get(key) !== hash;
      })
      .map(({ id, version }) => keyOf(id, version)),
  };
}

function linesOf(jsonl: string): readonly Line[] {
  return jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

function keyOf(id: string, version: string | null): string {
  return version === null ? id : `${id}v${version}`;
}

function repeated(keys: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return keys.filter((key) => seen.size === seen.add(key).size);
}
