import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { start } from './process.ts';
import type { Running } from './process.ts';

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

/** Starts a simulated upstream; its ledger goes to a file. @throws when it does not listen */
export async function startSimulator(corpus: Corpus, ledgerFile: string): Promise<Simulator> {
  mkdirSync(dirname(ledgerFile), { recursive: true });
  const { kind, seed, records, pageSize, days, more = [] } = corpus;
  const flags = { kind, port: 0, seed, records, 'page-size': pageSize, days, ledger: ledgerFile };
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const running = start(['sim', ...words, ...more]);
  const { baseUrl } = await greeting(running);
  return {
    corpus,
    baseUrl,
    ledgerFile,
    stop: async () => {
      running.child.kill('SIGTERM');
      await running.ended;
    },
  };
}

function greeting(running: Running): Promise<{ baseUrl: string }> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const [line, rest] = running.out().split('\n', 2);
      if (rest !== undefined) resolve(JSON.parse(line ?? '') as { baseUrl: string });
    };
    running.child.stdout?.on('data', look);
    void running.ended.then(({ err }) => reject(new Error(`the simulated upstream did not start: ${err}`)));
  });
}

/** The whole ledger as it stands. */
export function readLedger(file: string): readonly LedgerLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine);
}
