import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What can be in the ledger. */
export type LedgerKind =
  | 'started'
  | 'request'
  | 'login'
  | 'login-failed'
  | 'logout'
  | 'session-expired'
  | 'sessions-dropped'
  | 'csrf-refused'
  | 'rate-limited'
  | 'captcha'
  | 'captcha-solved'
  | 'message'
  | 'read'
  | 'archive'
  | 'token'
  | 'token-refused'
  | 'fault';

/** One thing that happened on the portal. */
export interface PortalEntry {
  /** From 1, without gaps. */
  readonly n: number;
  /** Wall time in ms since the epoch. */
  readonly at: number;
  readonly kind: LedgerKind;
  /** `n` of the request that caused it. */
  readonly request?: number;
  /** Short name of the login, such as `s1`; never the cookie's value. */
  readonly session?: string;
  readonly [detail: string]: string | number | boolean | undefined;
}

/** What is said about an entry. */
export type EntryDetails = Omit<PortalEntry, 'n' | 'at' | 'kind'>;

/** Everything that was done to the portal, in order: in memory, and in a file if there is one, before any answer. */
export class PortalLedger {
  readonly #entries: PortalEntry[];
  readonly #now: () => number;
  #file: number | undefined;

  constructor(now: () => number, path?: string) {
    this.#now = now;
    this.#entries = path !== undefined && existsSync(path) ? parse(readFileSync(path, 'utf8')) : [];
    this.#file = path === undefined ? undefined : openSync(path, 'a', 0o600);
  }

  get entries(): readonly PortalEntry[] {
    return this.#entries;
  }

  /** The entries of one kind. */
  of(kind: LedgerKind): readonly PortalEntry[] {
    return this.#entries.filter((entry) => entry.kind === kind);
  }

  /** Writes an entry down and returns it. */
  add(kind: LedgerKind, details: EntryDetails = {}): PortalEntry {
    const entry: PortalEntry = { n: this.#entries.length + 1, at: this.#now(), kind, ...details };
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.#entries.push(entry);
    return entry;
  }

  /** Closes the file. What still happens stays in memory alone. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function parse(lines: string): PortalEntry[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PortalEntry);
}
