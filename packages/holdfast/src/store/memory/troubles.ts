import { createHash } from 'node:crypto';
import { recordGapKey } from '../../model/gap.ts';
import type { Gap } from '../../model/gap.ts';
import type { BadItem } from '../../model/item.ts';
import type { GapUpdate, QuarantineEntry, RawPage } from '../port.ts';
import { closesGap, gapOfMissing, updateGap } from '../rules/gap-rules.ts';
import type { Missing } from '../rules/gap-rules.ts';
import { settlesEntry, stateOfBad } from '../rules/quarantine-rules.ts';

/** The gaps and the quarantine of a memory store. */
export class Troubles {
  readonly #gaps = new Map<string, Map<string, Gap>>();
  readonly #entries = new Map<number, QuarantineEntry>();
  /** Numbers of entries by source, identifier and digest of the bytes. */
  readonly #numbers = new Map<string, number>();

  gaps(source?: string): readonly Gap[] {
    const all = source === undefined ? [...this.#gaps.values()] : [this.#gapsOf(source)];
    return all.flatMap((gaps) => [...gaps.values()]);
  }

  entries(): readonly QuarantineEntry[] {
    return [...this.#entries.values()];
  }

  missing(record: Missing): void {
    const gaps = this.#gapsOf(record.source);
    const gap = gapOfMissing(gaps.get(recordGapKey(record.id)) ?? null, record);
    if (gap) gaps.set(gap.key, gap);
  }

  /** A record is stored under this stamp: closes its gap and settles its quarantine entries. */
  arrived(source: string, id: string, stamp: string): void {
    const gaps = this.#gapsOf(source);
    const gap = gaps.get(recordGapKey(id));
    if (gap && closesGap(gap, stamp)) gaps.delete(gap.key);
    for (const entry of this.#entries.values()) {
      if (entry.source !== source || entry.id !== id || entry.state !== 'open') continue;
      if (settlesEntry(entry, stamp)) this.#entries.set(entry.number, { ...entry, state: 'redriven' });
    }
  }

  putGaps(source: string, updates: readonly GapUpdate[], at: number): void {
    const gaps = this.#gapsOf(source);
    for (const update of updates)
      gaps.set(update.key, updateGap(gaps.get(update.key) ?? null, source, update, at));
  }

  closeGaps(source: string, keys: readonly string[]): void {
    for (const key of keys) this.#gapsOf(source).delete(key);
  }

  quarantine(
    source: string,
    bad: BadItem,
    storedStamp: string | null,
    page: RawPage | null,
    at: number,
  ): void {
    const digest = createHash('sha256').update(bad.bytes).digest('hex');
    const identity = JSON.stringify([source, bad.id, digest]);
    const number = this.#numbers.get(identity) ?? this.#numbers.size + 1;
    const known = this.#entries.get(number) ?? null;
    const state = stateOfBad(known, bad, storedStamp);
    this.#numbers.set(identity, number);
    this.#entries.set(number, {
      number,
      source,
      id: bad.id,
      datestamp: bad.datestamp,
      code: bad.code,
      reason: bad.reason,
      since: known?.since ?? at,
      attempts: known?.attempts ?? 0,
      state,
      note: known?.note ?? null,
      bytes: known?.bytes ?? bad.bytes.slice(),
      url: page?.url ?? known?.url ?? '',
      contentType: page?.contentType ?? known?.contentType ?? '',
    });
  }

  settle(number: number, state: QuarantineEntry['state'], note: string | null): boolean {
    const entry = this.#entries.get(number);
    if (!entry) return false;
    const attempts = entry.attempts + (state === 'open' ? 1 : 0);
    this.#entries.set(number, { ...entry, state, note, attempts });
    return true;
  }

  #gapsOf(source: string): Map<string, Gap> {
    const known = this.#gaps.get(source);
    if (known) return known;
    const created = new Map<string, Gap>();
    this.#gaps.set(source, created);
    return created;
  }
}
