import type { JsonValue } from '../state/state-store.ts';
import { copyOf } from './storable.ts';

/** What a commit of a memory ledger writes with: named tables of values by key. */
export interface MemoryTx {
  get(table: string, key: string): JsonValue | undefined;
  put(table: string, key: string, value: JsonValue): void;
  delete(table: string, key: string): void;
}

/** The tables of a memory ledger. */
export type MemoryTables = Map<string, Map<string, JsonValue>>;

/** What a commit has written and nobody sees yet. */
export interface Staged {
  readonly tx: MemoryTx;
  apply(): void;
}

/** Begins a commit: its own writes are seen by it alone until they are applied, all at once. */
export function stage(tables: MemoryTables): Staged {
  const written = new Map<string, Map<string, JsonValue | undefined>>();
  const write = (table: string, key: string, value: JsonValue | undefined): void => {
    const rows = written.get(table) ?? new Map<string, JsonValue | undefined>();
    written.set(table, rows.set(key, copyOf(value)));
  };
  return {
    tx: {
      get: (table, key) => {
        const own = written.get(table);
        return copyOf(own?.has(key) === true ? own.get(key) : tables.get(table)?.get(key));
      },
      put: write,
      delete: (table, key) => write(table, key, undefined),
    },
    apply: () => {
      for (const [name, rows] of written) {
        const table = tables.get(name) ?? new Map<string, JsonValue>();
        tables.set(name, table);
        for (const [key, value] of rows) {
          if (value === undefined) table.delete(key);
          else table.set(key, value);
        }
      }
    },
  };
}
