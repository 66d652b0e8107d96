import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { KeyedMutex } from '../state/keyed-mutex.ts';
import type { JsonValue } from '../state/state-store.ts';
import { around } from './entry-path.ts';
import { LedgerError, LedgerFencedError, OperationBusyError } from './ledger-error.ts';
import type { Ledger, LedgerClaim, LedgerEntry, LedgerRun } from './ledger.ts';
import { stage } from './memory-tables.ts';
import type { MemoryTables, MemoryTx } from './memory-tables.ts';
import { settled } from './settle.ts';
import { copyOf } from './storable.ts';

/** What memory ledgers remember. */
export interface LedgerMemory {
  readonly runs: Map<string, { readonly run: LedgerRun; readonly fence: number }>;
  readonly entries: Map<string, Map<string, LedgerEntry>>;
  readonly tables: MemoryTables;
  fence: number;
}

/** A ledger that lives as long as the process. */
export interface MemoryLedger extends Ledger<MemoryTx> {
  /** What commits have written into a table so far. */
  table(name: string): ReadonlyMap<string, JsonValue>;
}

/** An empty memory, to be shared by the ledgers of one test. */
export function ledgerMemory(): LedgerMemory {
  return { runs: new Map(), entries: new Map(), tables: new Map(), fence: 0 };
}

/**
 * A ledger for tests, and for operations that need not survive the process. Two ledgers over one `memory` are like
 * two runs of a program, of which the later one takes the operations of the earlier one as those of the dead.
 */
export function memoryLedger(
  options: { readonly memory?: LedgerMemory; readonly clock?: Clock } = {},
): MemoryLedger {
  return new InMemory(options.memory ?? ledgerMemory(), options.clock ?? systemClock);
}

class InMemory implements MemoryLedger {
  readonly #memory: LedgerMemory;
  readonly #clock: Clock;
  /** Commits may be asynchronous; one at a time, so that what they read stays true until they end. */
  readonly #commits = new KeyedMutex();
  readonly #held = new Map<string, number>();
  #isClosed = false;

  constructor(memory: LedgerMemory, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  async claim(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<LedgerClaim<MemoryTx>> {
    options.signal?.throwIfAborted();
    this.#assertFree(key);
    const fence = (this.#memory.fence += 1);
    this.#held.set(key, fence);
    const now = this.#clock.now();
    const known = this.#memory.runs.get(key)?.run ?? { key, state: 'running', starts: 0, startedAt: now };
    const run: LedgerRun =
      known.state === 'done'
        ? { ...known, updatedAt: now }
        : { ...known, starts: known.starts + 1, updatedAt: now };
    this.#memory.runs.set(key, { run, fence });
    return this.#claimed(run, fence);
  }

  async runs(prefix = ''): Promise<readonly LedgerRun[]> {
    return [...this.#memory.runs.values()]
      .map(({ run }) => copyRun(run))
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async entries(key: string): Promise<readonly LedgerEntry[]> {
    return [...(this.#memory.entries.get(key)?.values() ?? [])].map(copyEntry);
  }

  async settle(key: string, path: string, decision: 'done' | 'not-done'): Promise<void> {
    this.#assertFree(key);
    const entries = this.#entriesOf(key);
    const entry = settled(key, path, entries.get(path), decision);
    const run = this.#memory.runs.get(key);
    entries.set(path, { ...entry, at: this.#clock.now() });
    if (decision === 'done' || run === undefined) return;
    for (const item of around(path).map((scope) => entries.get(scope))) {
      if (item?.kind === 'item') entries.set(item.path, { ...item, state: 'withdrawn' });
    }
    const { value: _, ...open } = run.run;
    this.#memory.runs.set(key, { ...run, run: { ...open, state: 'running' } });
  }

  async forget(key: string): Promise<void> {
    this.#assertFree(key);
    this.#memory.runs.delete(key);
    this.#memory.entries.delete(key);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#held.clear();
  }

  table(name: string): ReadonlyMap<string, JsonValue> {
    return new Map(this.#memory.tables.get(name));
  }

  #assertFree(key: string): void {
    if (this.#isClosed) {
      throw new LedgerError('The ledger is closed.', {
        code: 'ERR_LEDGER_CLOSED',
        hint: 'Close it after the last operation.',
      });
    }
    if (this.#held.has(key)) throw new OperationBusyError(key);
  }

  #entriesOf(key: string): Map<string, LedgerEntry> {
    const entries = this.#memory.entries.get(key) ?? new Map<string, LedgerEntry>();
    this.#memory.entries.set(key, entries);
    return entries;
  }

  #claimed(run: LedgerRun, fence: number): LedgerClaim<MemoryTx> {
    const { key } = run;
    const assertValid = (): void => {
      if (this.#held.get(key) !== fence || this.#memory.runs.get(key)?.fence !== fence) {
        throw new LedgerFencedError(key);
      }
    };
    const put = (entry: LedgerEntry): void => {
      assertValid();
      this.#entriesOf(key).set(entry.path, copyEntry(entry));
    };
    return {
      run: copyRun(run),
      entries: () => this.entries(key),
      put: async (entry) => put(entry),
      commit: async (entry, write) => {
        const leave = await this.#commits.acquire('commit');
        try {
          assertValid();
          const staged = stage(this.#memory.tables);
          await write(staged.tx);
          put(entry);
          staged.apply();
        } finally {
          leave();
        }
      },
      finish: async (value) => {
        assertValid();
        const { value: _, ...open } = run;
        const done = { ...open, state: 'done' as const, updatedAt: this.#clock.now() };
        this.#memory.runs.set(key, {
          run: value === undefined ? done : { ...done, value: copyOf(value) },
          fence,
        });
      },
      release: async () => {
        if (this.#held.get(key) === fence) this.#held.delete(key);
      },
    };
  }
}

function copyEntry(entry: LedgerEntry): LedgerEntry {
  return entry.value === undefined ? { ...entry } : { ...entry, value: copyOf(entry.value) };
}

function copyRun(run: LedgerRun): LedgerRun {
  return run.value === undefined ? { ...run } : { ...run, value: copyOf(run.value) };
}
