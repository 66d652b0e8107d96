import { createHash } from 'node:crypto';
import type { StateChange } from './record-state.ts';

/** Records of a window, or of a day, and the hash over their rows. */
export interface Tally {
  readonly records: number;
  /** Rows: versions of these records. */
  readonly rows: number;
  readonly firstId: string | null;
  readonly lastId: string | null;
  /** Lower-case hex SHA-256 over `rowLine` of every row, in the order of the ids' and then the versions' bytes. */
  readonly hash: string;
}

/** One row as the hash covers it: fields parted by tabs, ended by a line feed. */
export function rowLine(
  id: string,
  { version, hash, hashVersion }: Pick<StateChange, 'version' | 'hash' | 'hashVersion'>,
): string {
  return `${escaped(id)}\t${version === null ? '' : escaped(version)}\t${escaped(hash)}\t${String(hashVersion)}\n`;
}

/** Backslash, tab and line feed as `\\`, `\t` and `\n`, so that two different rows never give one text. */
function escaped(text: string): string {
  if (!/[\\\t\n]/.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}

/** Text that is collected before it is hashed: a call a line costs more than the hash, and there may be a hash a day of decades. */
const CHUNK = 1024;

/** Takes records in the order of their ids' bytes. */
export class TallyCount {
  readonly #hash = createHash('sha256');
  #text = '';
  #records = 0;
  #rows = 0;
  #first: string | null = null;
  #last: string | null = null;

  add(id: string, rows: readonly Pick<StateChange, 'version' | 'hash' | 'hashVersion'>[]): void {
    this.#records += 1;
    this.#rows += rows.length;
    this.#first ??= id;
    this.#last = id;
    for (const row of rows) this.#text += rowLine(id, row);
    if (this.#text.length > CHUNK) this.#flush();
  }

  /** What was counted so far. */
  get tally(): Tally {
    this.#flush();
    return {
      records: this.#records,
      rows: this.#rows,
      firstId: this.#first,
      lastId: this.#last,
      hash: this.#hash.copy().digest('hex'),
    };
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = '';
  }
}
