import { nameOf, scopeOf } from './entry-path.ts';
import type { LedgerClaim, LedgerEntry } from './ledger.ts';
import { OperationChangedError } from './operation-error.ts';
import type { Named } from './operation-error.ts';

/**
 * What is known of an operation: the entries of its ledger, and those of this run on top. Without a claim (a dry
 * run) the latter are kept in memory alone.
 */
export class Journal<Tx> {
  readonly #key: string;
  readonly #claim: LedgerClaim<Tx> | undefined;
  readonly #entries = new Map<string, LedgerEntry>();
  /** Entries by scope and position; items have their place in their range and are not among them. */
  readonly #places = new Map<string, LedgerEntry>();

  constructor(key: string, claim: LedgerClaim<Tx> | undefined, entries: readonly LedgerEntry[]) {
    this.#key = key;
    this.#claim = claim;
    for (const entry of entries) this.#learn(entry);
  }

  get(path: string): LedgerEntry | undefined {
    return this.#entries.get(path);
  }

  /** All entries of a kind, in the order of their first writing. */
  all(kind: LedgerEntry['kind']): readonly LedgerEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.kind === kind);
  }

  /**
   * What is known of something that comes at `position` of its scope.
   * @throws OperationChangedError when something else was there, or it was elsewhere or of another kind.
   */
  recall(path: string, is: Named, position: number): LedgerEntry | undefined {
    const scope = scopeOf(path);
    const same = this.#entries.get(path);
    const there = this.#places.get(placeKey(scope, position)) ?? same;
    if (there === undefined) return undefined;
    if (there.path === path && there.kind === is.kind && there.position === position) return there;
    throw new OperationChangedError(this.#key, {
      scope,
      position,
      was: { kind: there.kind, name: nameOf(there.path), position: there.position },
      is,
    });
  }

  async put(entry: LedgerEntry): Promise<void> {
    await this.#claim?.put(entry);
    this.#learn(entry);
  }

  async commit(entry: LedgerEntry, write: (tx: Tx) => void | Promise<void>): Promise<void> {
    await this.#claim?.commit(entry, write);
    this.#learn(entry);
  }

  #learn(entry: LedgerEntry): void {
    this.#entries.set(entry.path, entry);
    if (entry.kind !== 'item') this.#places.set(placeKey(scopeOf(entry.path), entry.position), entry);
  }
}

function placeKey(scope: string, position: number): string {
  return `${scope}\n${position}`;
}
