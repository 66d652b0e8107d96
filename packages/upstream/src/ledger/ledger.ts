import type { LedgerEntry, LedgerSummary } from './entry.ts';
import { summarize } from './summary.ts';

/** Everything that happened at an upstream, in order. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  readonly #sink: ((entry: LedgerEntry) => void) | undefined;
  #maxConnections = 0;

  constructor(sink?: (entry: LedgerEntry) => void) {
    this.#sink = sink;
  }

  /** Keeps the entry and hands it to the sink before it returns. */
  write(entry: LedgerEntry): void {
    this.entries.push(entry);
    this.#sink?.(entry);
  }

  /** The socket layer says how many connections are open now. */
  noteConnections(open: number): void {
    this.#maxConnections = Math.max(this.#maxConnections, open);
  }

  /** How often a fault fired. */
  fired(name: string): number {
    return this.entries.filter((entry) => entry.type === 'fault' && entry.name === name).length;
  }

  /** Ids that list or record answers gave out completely. */
  servedIds(): Set<string> {
    const ids = new Set<string>();
    for (const entry of this.entries) {
      if (entry.type !== 'response' || entry.aborted === true) continue;
      for (const id of entry.served ?? []) ids.add(id);
    }
    return ids;
  }

  summary(): LedgerSummary {
    return { ...summarize(this.entries), maxConnections: this.#maxConnections };
  }
}
