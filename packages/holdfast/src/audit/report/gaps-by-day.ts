import type { Gap } from '../../model/gap.ts';
import { countOf } from './numbers.ts';
import { placeOf, placesOf, type Scope } from './scope.ts';

/** Gaps that touch one day. */
export interface DayGaps {
  readonly open: number;
  /** Confirmed absent: listed, no longer degrading. */
  readonly absent: number;
  /** Of the open ones. */
  readonly says: string;
}

/**
 * Gaps by the day's place in the scope. A record counts on the day of its stamp; one whose day is not known may belong
 * to any, so it counts on the first one and nothing after it is called complete without a break.
 */
export function openByDay(gaps: readonly Gap[], scope: Scope): readonly (DayGaps | null)[] {
  const days = Array.from<Counts | null>({ length: scope.days }).fill(null);
  for (const gap of gaps) {
    const { begin, end } = placesOfGap(gap, scope);
    for (let place = begin; place < end; place += 1) {
      const counts = (days[place] ??= { records: 0, unknown: 0, ranges: 0, absent: 0 });
      if (gap.state === 'confirmed-absent') counts.absent += 1;
      else if (gap.range !== null) counts.ranges += 1;
      else if (dayOfGap(gap) === null) counts.unknown += 1;
      else counts.records += 1;
    }
  }
  return days.map((counts) => (counts === null ? null : told(counts)));
}

interface Counts {
  records: number;
  unknown: number;
  ranges: number;
  absent: number;
}

function told({ records, unknown, ranges, absent }: Counts): DayGaps {
  const says = [
    ...(records === 0 ? [] : [`${listed(records)} missing here`]),
    ...(unknown === 0 ? [] : [`${listed(unknown)} missing here, of a day that nobody knows`]),
    ...(ranges === 0 ? [] : ['a part of it could not be listed']),
  ].join('; ');
  return { open: records + unknown + ranges, absent, says };
}

function listed(count: number): string {
  return `${countOf(count, 'listed record')} ${count === 1 ? 'is' : 'are'}`;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function dayOfGap({ datestamp }: Gap): string | null {
  const day = datestamp?.slice(0, 10) ?? '';
  return DAY.test(day) ? day : null;
}

function placesOfGap(gap: Gap, scope: Scope): { readonly begin: number; readonly end: number } {
  if (gap.range !== null) {
    const { begin, end } = placesOf(gap.range, scope);
    if (begin < end) return { begin, end };
  }
  const place = placeOf(gap.range?.from ?? dayOfGap(gap) ?? scope.first, scope);
  return { begin: place, end: place + 1 };
}
