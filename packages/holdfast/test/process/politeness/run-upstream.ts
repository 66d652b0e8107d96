import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LedgerEntry } from '@holdfast/upstream';
import { onTestFinished } from 'vitest';

const SIMULATOR = fileURLToPath(new URL('../../../dist/upstream/main.js', import.meta.url));

/** A request as the upstream's clock saw it. */
export interface Visit {
  readonly verb: string;
  readonly arrivedAt: number;
  /** End of the response, or when it was aborted; infinite while it is under way. */
  readonly endedAt: number;
  readonly concurrent: number;
  readonly fault: string | null;
  readonly aborted: boolean;
}

/** A simulated upstream in a process of its own. */
export interface RunningUpstream {
  readonly baseUrl: string;
  /** Everything that was asked so far, in order. */
  visits(): readonly Visit[];
  /** Resolves when `enough` says so of the requests; looks every few ms. */
  until(enough: (visits: readonly Visit[]) => boolean): Promise<void>;
}

/** Starts an upstream that ends with the test. Its ledger is in `folder`. */
export async function runUpstream(folder: string, flags: readonly string[]): Promise<RunningUpstream> {
  const ledger = join(folder, 'ledger.jsonl');
  const child = spawn(process.execPath, [SIMULATOR, '--port', '0', '--ledger', ledger, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const baseUrl = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the upstream ended before it listened')));
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve((JSON.parse(line) as { baseUrl: string }).baseUrl);
    });
  });
  const visits = (): readonly Visit[] => readLedger(ledger);
  return {
    baseUrl,
    visits,
    until: async (enough) => {
      while (!enough(visits())) await new Promise((resolve) => setTimeout(resolve, 15));
    },
  };
}

function readLedger(path: string): readonly Visit[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const entries = lines.map((line) => JSON.parse(line) as LedgerEntry);
  const answers = new Map(
    entries.flatMap((entry) => (entry.type === 'response' ? [[entry.n, entry] as const] : [])),
  );
  return entries.flatMap((entry) => {
    if (entry.type !== 'request') return [];
    const answer = answers.get(entry.n);
    return [
      {
        verb: entry.verb,
        arrivedAt: entry.at,
        endedAt: answer?.at ?? Number.POSITIVE_INFINITY,
        concurrent: entry.concurrent,
        fault: answer?.fault ?? null,
        aborted: answer?.aborted === true,
      },
    ];
  });
}

/**
 * The upstream notes the end of an answer, and an arrival, when its process gets to run: on a busy machine that is
 * later than the client had the last byte. So much of an interval may be missing by the ledger's figures alone.
 */
const NOTED_LATE_MS = 80;
/** The death of a client is noted later still: whoever finds its flight counts the interval from that moment. */
const DEATH_NOTED_LATE_MS = 300;

/** Times between the end of a response and the next arrival that are under the interval, as sentences. */
export function impoliteness(visits: readonly Visit[], intervalMs: number): readonly string[] {
  return visits.flatMap((visit, index) => {
    const before = visits[index - 1];
    const together =
      visit.concurrent > 1 ? [`request ${String(index)} came while another was under way`] : [];
    const spacing = before === undefined ? intervalMs : visit.arrivedAt - before.endedAt;
    const late = before?.aborted === true ? DEATH_NOTED_LATE_MS : NOTED_LATE_MS;
    return spacing >= intervalMs - late
      ? together
      : [...together, `request ${String(index)} came ${String(spacing)} ms after the last answer`];
  });
}
