import { recordGapKey } from '../../model/gap.ts';
import type { Gap } from '../../model/gap.ts';
import type { BadItem } from '../../model/item.ts';
import type { GapUpdate, QuarantineEntry, RawPage } from '../port.ts';
import { closesGap, gapOfMissing, updateGap } from '../rules/gap-rules.ts';
import { settlesEntry, stateOfBad } from '../rules/quarantine-rules.ts';
import type { Connection, Row } from './database.ts';
import { nextNumber } from './next-number.ts';
import { digest, pack } from './packing.ts';
import { insertChecked, updateChecked } from './row-check.ts';
import { number, text, textOrNull, toGap } from './rows.ts';

const PUT_GAP = insertChecked('gaps', 'INSERT OR REPLACE');
const INSERT_ENTRY = insertChecked('quarantine');
const REDRIVEN = updateChecked('quarantine', { state: "'redriven'" }, 'number = ?1');
const FOUND_AGAIN = updateChecked(
  'quarantine',
  { datestamp: '?1', code: '?2', reason: '?3', state: '?4' },
  'number = ?5',
);
const SETTLE = updateChecked(
  'quarantine',
  { state: '?1', note: '?2', attempts: 'attempts + ?3' },
  'number = ?4',
);

/** Marks a quarantine entry; false when there is none with this number. */
export function settleEntry(
  db: Connection,
  entry: number,
  state: QuarantineEntry['state'],
  note: string | null,
): boolean {
  return db.run(SETTLE, state, note, state === 'open' ? 1 : 0, entry) === 1;
}

/** Writes the gaps and the quarantine of one source. */
export class TroubleWriter {
  readonly #connection: Connection;
  readonly #source: string;
  #hasGaps: boolean;
  #hasEntries: boolean;

  constructor(connection: Connection, source: string) {
    this.#connection = connection;
    this.#source = source;
    this.#hasGaps = connection.get('SELECT 1 FROM gaps WHERE source = ? LIMIT 1', source) !== undefined;
    this.#hasEntries =
      connection.get("SELECT 1 FROM quarantine WHERE source = ? AND state = 'open' LIMIT 1", source) !==
      undefined;
  }

  missing(id: string, datestamp: string, reason: string, at: number): void {
    const gap = gapOfMissing(this.#gap(recordGapKey(id)), {
      source: this.#source,
      id,
      datestamp,
      reason,
      at,
    });
    if (gap) this.#putGap(gap);
  }

  /** A record is stored under this stamp: closes its gap and settles its quarantine entries. True when it had a gap. */
  arrived(id: string, stamp: string): boolean {
    const gap = this.#hasGaps ? this.#gap(recordGapKey(id)) : null;
    const closes = gap !== null && closesGap(gap, stamp);
    if (closes) this.closeGaps([gap.key]);
    if (!this.#hasEntries) return closes;
    const open = this.#connection.all(
      "SELECT number, datestamp FROM quarantine WHERE source = ? AND coalesce(id, '') = ? AND state = 'open'",
      this.#source,
      id,
    );
    for (const row of open) {
      if (!settlesEntry({ datestamp: textOrNull(row, 'datestamp') }, stamp)) continue;
      this.#connection.run(REDRIVEN, number(row, 'number'));
    }
    return closes;
  }

  putGaps(updates: readonly GapUpdate[], at: number): void {
    for (const update of updates) this.#putGap(updateGap(this.#gap(update.key), this.#source, update, at));
  }

  closeGaps(keys: readonly string[]): void {
    for (const key of keys) {
      this.#connection.run('DELETE FROM gaps WHERE source = ? AND key = ?', this.#source, key);
    }
  }

  /** Returns whether anything was written: the same bytes with the same finding are known already. */
  quarantine(bad: BadItem, storedStamp: string | null, page: RawPage | null, at: number): boolean {
    const sha256 = digest(bad.bytes);
    const row = this.#connection.get(
      "SELECT * FROM quarantine WHERE source = ? AND coalesce(id, '') = ? AND sha256 = ?",
      this.#source,
      bad.id ?? '',
      sha256,
    );
    const known = row ? toKnown(row) : null;
    const state = stateOfBad(known, bad, storedStamp);
    const { datestamp, code, reason } = bad;
    if (row && known) {
      const same = known.datestamp === datestamp && known.code === code && known.reason === reason;
      if (same && known.state === state) return false;
      this.#connection.run(FOUND_AGAIN, datestamp, code, reason, state, number(row, 'number'));
    } else {
      // prettier-ignore
      this.#connection.run(INSERT_ENTRY, nextNumber(this.#connection, 'quarantine'), this.#source, bad.id,
        datestamp, sha256, code, reason, at, 0, state, null, page?.url ?? '', page?.contentType ?? '', pack(bad.bytes));
    }
    this.#hasEntries = true;
    return true;
  }

  #gap(key: string): Gap | null {
    if (!this.#hasGaps) return null;
    const row = this.#connection.get('SELECT * FROM gaps WHERE source = ? AND key = ?', this.#source, key);
    return row ? toGap(row) : null;
  }

  #putGap(gap: Gap): void {
    this.#hasGaps = true;
    const { key, id, range, datestamp, reason, since, attempts, state, lastAnswer, nextAt } = gap;
    // prettier-ignore
    this.#connection.run(PUT_GAP, gap.source, key, id, range?.stream ?? null, range?.from ?? null, range?.to ?? null,
      datestamp, reason, since, attempts, state, lastAnswer, nextAt);
  }
}

function toKnown(row: Row): Pick<QuarantineEntry, 'state' | 'code' | 'reason' | 'datestamp'> {
  return {
    state: text(row, 'state') as QuarantineEntry['state'],
    code: text(row, 'code'),
    reason: text(row, 'reason'),
    datestamp: textOrNull(row, 'datestamp'),
  };
}
