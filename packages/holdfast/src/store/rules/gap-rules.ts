import { recordGapKey } from '../../model/gap.ts';
import type { Gap } from '../../model/gap.ts';
import type { GapUpdate } from '../port.ts';

/** A record that was listed and is absent or older here. */
export interface Missing {
  readonly source: string;
  readonly id: string;
  readonly datestamp: string;
  readonly reason: string;
  /** Wall ms. */
  readonly at: number;
}

/** The gap of a missing record; null when it is known already and nothing is to be written. */
export function gapOfMissing(known: Gap | null, { source, id, datestamp, reason, at }: Missing): Gap | null {
  if (known && (known.datestamp === null || known.datestamp >= datestamp)) return null;
  const since = known?.since ?? at;
  const fresh = { attempts: 0, state: 'open', lastAnswer: null, nextAt: null } as const;
  return { key: recordGapKey(id), source, id, range: null, datestamp, reason, since, ...fresh };
}

/** Whether a record that is stored under this stamp closes its gap. */
export function closesGap(gap: Pick<Gap, 'datestamp'>, stamp: string): boolean {
  return gap.datestamp === null || stamp >= gap.datestamp;
}

/** A gap as it stands after an update; the moment since which it is known stays. */
export function updateGap(known: Gap | null, source: string, update: GapUpdate, at: number): Gap {
  const { key, id, range, datestamp, reason, attempts, state, lastAnswer, nextAt } = update;
  const since = known?.since ?? at;
  return { key, source, id, range, datestamp, reason, since, attempts, state, lastAnswer, nextAt };
}
