import type { Gap } from '../model/gap.ts';
import type { QuarantineEntry } from '../store/port.ts';

/** A row of `gaps --json`: the keys of DESIGN's contract and more. */
export interface GapRow {
  readonly source: string;
  readonly id?: string;
  /** `<stream>/<from>..<to>`, half-open days. */
  readonly range?: string;
  readonly reason: string;
  readonly since: string;
  readonly attempts: number;
  readonly state: Gap['state'];
  readonly datestamp: string | null;
  readonly lastAnswer: string | null;
  readonly nextAttemptAt: string | null;
}

/** A row of `quarantine --json`. */
export interface QuarantineRow {
  readonly number: number;
  readonly source: string;
  readonly id: string | null;
  readonly reason: string;
  readonly since: string;
  readonly attempts: number;
  readonly state: QuarantineEntry['state'];
  readonly code: string;
  readonly datestamp: string | null;
  readonly note: string | null;
  readonly url: string;
  /** Size of the kept bytes; `quarantine --raw NUMBER` prints them. */
  readonly bytes: number;
}

/** The gap as a row. */
export function gapRow({
  source,
  id,
  range,
  reason,
  since,
  attempts,
  state,
  datestamp,
  lastAnswer,
  nextAt,
}: Gap): GapRow {
  return {
    source,
    ...(id === null ? {} : { id }),
    ...(range === null ? {} : { range: `${range.stream}/${range.from}..${range.to ?? ''}` }),
    reason,
    since: new Date(since).toISOString(),
    attempts,
    state,
    datestamp,
    lastAnswer,
    nextAttemptAt: nextAt === null ? null : new Date(nextAt).toISOString(),
  };
}

/** The quarantined record as a row. */
export function quarantineRow(entry: QuarantineEntry): QuarantineRow {
  const { number, source, id, reason, since, attempts, state, code, datestamp, note, url, bytes } = entry;
  return {
    number,
    source,
    id,
    reason,
    since: new Date(since).toISOString(),
    attempts,
    state,
    code,
    datestamp,
    note,
    url,
    bytes: bytes.byteLength,
  };
}
