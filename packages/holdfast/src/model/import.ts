/** What an import did, counted in lines or records. */
export interface ImportCounts {
  /** Records and versions that were not here. */
  readonly added: number;
  /** Imported before, and changed since. */
  readonly changed: number;
  /** Here already. */
  readonly known: number;
  /** Identifiers that had gone through a number. */
  readonly repaired: number;
  /** Understood, and not taken. */
  readonly refused: number;
  /** Not readable at all. */
  readonly bad: number;
}

/** How far an import is. */
export interface ImportProgress extends ImportCounts {
  readonly bytes: number;
  readonly bytesRead: number;
  /** Why nothing is stored for now; null while it goes on. */
  readonly waits: string | null;
}

/** How an import ended. */
export interface ImportSummary extends ImportCounts {
  /** It was finished before, and nothing has changed since. */
  readonly already: boolean;
  /** It was stopped, and goes on at the next call. */
  readonly stopped: boolean;
  readonly sources: readonly string[];
}

/** An import that the engine does in the background. */
export type ImportState =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly progress: ImportProgress | null }
  | { readonly state: 'ended'; readonly summary: ImportSummary }
  | { readonly state: 'failed'; readonly code: string; readonly message: string; readonly hint: string };
