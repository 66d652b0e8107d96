import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Simulator as Program } from '../upstream/simulator.ts';

/** The kinds of upstream that are harvested while the harvester is being killed. */
export type Kind = 'arxiv' | 'biorxiv' | 'oai-pmh';

/** A list of records to be served. */
export interface Corpus {
  readonly kind: Kind;
  readonly seed: number;
  readonly records: number;
  readonly pageSize: number;
  readonly days: number;
  readonly more?: readonly string[];
}

/** A simulated upstream in a process of its own. */
export interface Simulator {
  readonly corpus: Corpus;
  readonly baseUrl: string;
  readonly ledgerFile: string;
  stop(): Promise<void>;
}

/** What is read of a line of the ledger. */
export interface LedgerLine {
  readonly type: string;
  readonly n?: number;
  readonly at?: number;
  readonly url?: string;
  readonly status?: number;
  readonly verb?: string;
  readonly served?: readonly string[];
  readonly aborted?: boolean;
  readonly records?: readonly { readonly id: string; readonly version?: string }[];
}

/** Starts a simulated upstream; its ledger goes to a file, and `signal` kills it. @throws when it does not listen */
export async function startSimulator(
  corpus: Corpus,
  ledgerFile: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Simulator> {
  const folder = dirname(ledgerFile);
  mkdirSync(folder, { recursive: true });
  const { days, more = [], ...list } = corpus;
  const program = await Program.start(
    { ...list, faults: [], args: ['--days', String(days), ...more] },
    { folder, ledgerFile, signal },
  );
  const { baseUrl } = program;
  return { corpus, baseUrl, ledgerFile, stop: () => program.stop() };
}

/** The whole ledger as it stands. */
export function readLedger(file: string): readonly LedgerLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine);
}
