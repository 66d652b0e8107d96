import { readFileSync } from 'node:fs';
import type { StoreReader } from '../../store/port.ts';

/** What a simulated upstream had and did, and what of it is in the store. */
export interface Tally {
  readonly source: string;
  readonly requests: number;
  /** Faults that fired, by name. */
  readonly faults: Readonly<Record<string, number>>;
  readonly upstream: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly gaps: number;
  /** Listed upstream and neither stored nor in the quarantine nor in the gaps. */
  readonly lost: number;
}

interface LedgerLine {
  readonly type: string;
  readonly name?: string;
  readonly records?: readonly { readonly id: string }[];
}

/** Compares the ground truth in a simulator's ledger with the store, identifier by identifier. */
export async function tally(source: string, ledger: string, reader: StoreReader): Promise<Tally> {
  const lines = readFileSync(ledger, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerLine);
  const truth = new Set(
    lines.flatMap(({ type, records = [] }) => (type === 'truth' ? records.map(({ id }) => id) : [])),
  );
  const stored = new Set<string>();
  for await (const { fields } of reader.export({ source })) stored.add(fields.id);
  const quarantine = (await reader.quarantine({ source, state: 'open' })).flatMap(({ id }) => id ?? []);
  const gaps = (await reader.gaps(source)).flatMap(({ id }) => id ?? []);
  const visible = new Set([...stored, ...quarantine, ...gaps]);
  return {
    source,
    requests: lines.filter(({ type }) => type === 'request').length,
    faults: countNames(lines),
    upstream: truth.size,
    stored: [...truth].filter((id) => stored.has(id)).length,
    quarantined: quarantine.length,
    gaps: gaps.length,
    lost: [...truth].filter((id) => !visible.has(id)).length,
  };
}

function countNames(lines: readonly LedgerLine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, name = '' } of lines) if (type === 'fault') counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
