import type { AuditDay, AuditMethod, AuditRun } from '../../model/audit.ts';
import { addDays, type Day } from '../../model/day.ts';
import { streamsOf, type SourceFacts } from './facts.ts';
import { openByDay, type DayGaps } from './gaps-by-day.ts';
import { countOf } from './numbers.ts';
import { placesOf, scopeOf, type Scope } from './scope.ts';
import { streamDays, type StreamDay } from './stream-days.ts';

/** What is known of a day, and whether it ought to be complete by now. */
export interface JudgedDay extends AuditDay {
  /** False for the last days before the upstream's own: they leave the tail once they and the publication lag are over. */
  readonly due: boolean;
}

/** So many days before the upstream's own the tail may still cover: the publication lag, and one that our clock may be ahead. */
const TAIL_DAYS = 2;

/** Each day of the source's scope, exactly once, from the first to the last; none before the first plan. */
export function auditDays(facts: SourceFacts): readonly JudgedDay[] {
  return [...judgedDays(facts)];
}

/**
 * The first day that is not complete: everything before it is here or in the quarantine. Null when not even the first
 * day is, or nothing was planned.
 */
export function completeUntil(facts: SourceFacts): Day | null {
  let last: Day | null = null;
  for (const { day, verdict } of judgedDays(facts)) {
    if (verdict !== 'complete') break;
    last = day;
  }
  return last === null ? null : addDays(last, 1);
}

function* judgedDays(facts: SourceFacts): Generator<JudgedDay> {
  const scope = scopeOf(facts);
  if (scope === null) return;
  const streams = streamsOf(facts).map((stream) => ({
    stream,
    days: streamDays(
      facts.windows.filter((window) => window.stream === stream),
      scope,
    ),
  }));
  const gaps = openByDay(facts.gaps, scope);
  const confirmed = confirmations(facts.audits, scope);
  const youngest = addDays(scope.last, -TAIL_DAYS);
  for (const [day, place] of scope.places) {
    const parts = streams.map(({ stream, days }) => ({ stream, day: days[place] }));
    const judged = judge(
      parts,
      gaps[place] ?? null,
      facts.quarantined.get(day) ?? 0,
      confirmed[place] ?? null,
    );
    const inTail = parts.some((part) => part.day?.verdict === 'pending' && part.day.inTail);
    yield {
      source: facts.source,
      day,
      ...judged,
      records: facts.records.get(day) ?? 0,
      due: !(judged.verdict === 'pending' && inTail && day >= youngest),
    };
  }
}

type Parts = readonly { readonly stream: string; readonly day: StreamDay | undefined }[];
type Judgement = Pick<AuditDay, 'verdict' | 'reason' | 'gaps' | 'by' | 'at'>;

function judge(
  parts: Parts,
  gaps: DayGaps | null,
  quarantined: number,
  audit: Confirmation | null,
): Judgement {
  const all = gaps === null ? 0 : gaps.open + gaps.absent;
  const missing = gaps === null || gaps.open === 0 ? [] : [gaps.says];
  const broken = parts.flatMap((part) => (part.day?.verdict === 'gap' ? [worded(part, parts)] : []));
  if (missing.length > 0 || broken.length > 0)
    return { verdict: 'gap', reason: sentence([...missing, ...broken]), gaps: all, by: null, at: null };
  const owed = parts.flatMap((part) => (part.day?.verdict === 'complete' ? [] : [worded(part, parts)]));
  if (parts.length === 0 || owed.length > 0) {
    const words = owed.length > 0 ? owed : ['no window covers it yet'];
    return { verdict: 'pending', reason: sentence(words), gaps: all, by: null, at: null };
  }
  const looks = parts.flatMap((part) => part.day?.at ?? []);
  const looked = looks.length === 0 ? null : Math.min(...looks);
  const aside = asides(gaps?.absent ?? 0, quarantined);
  if (audit !== null && audit.at >= (looked ?? 0))
    return { verdict: 'complete', reason: sentence([CONFIRMED[audit.by], ...aside]), gaps: all, ...audit };
  const reason = sentence(['a second look found nothing missing', ...aside]);
  return { verdict: 'complete', reason, gaps: all, by: 'second-look', at: looked };
}

function worded({ stream, day }: Parts[number], parts: Parts): string {
  const reason = day?.reason ?? 'no window covers it yet';
  return parts.length > 1 ? `${stream}: ${reason}` : reason;
}

function asides(absent: number, quarantined: number): readonly string[] {
  return [
    ...(absent === 0 ? [] : [`${countOf(absent, 'gap')} that the upstream itself denies`]),
    ...(quarantined === 0 ? [] : [`${countOf(quarantined, 'record')} in the quarantine`]),
  ];
}

const CONFIRMED: Readonly<Record<Confirmation['by'], string>> = {
  identifiers: 'an audit listed its identifiers anew and a second look found nothing missing',
  counts: 'an audit compared what the upstream counts and a second look found nothing missing',
};

interface Confirmation {
  readonly by: Extract<AuditMethod, 'identifiers' | 'counts'>;
  readonly at: number;
}

/**
 * The newest audit that went over each day whole; samples and numbers asked for alone confirm no day, and no audit one
 * that it could not ask about.
 */
function confirmations(audits: readonly AuditRun[], scope: Scope): readonly (Confirmation | null)[] {
  const days = Array.from<Confirmation | null>({ length: scope.days }).fill(null);
  for (const { state, methods, range, endedAt, unproved = [] } of audits) {
    if (state !== 'ended' || endedAt === null) continue;
    const by = (['identifiers', 'counts'] as const).find((method) => methods.includes(method));
    if (by === undefined) continue;
    const { begin, end } = placesOf(range, scope);
    const without = unproved.map((each) => placesOf(each, scope));
    for (let place = begin; place < end; place += 1) {
      if (without.some((each) => each.begin <= place && place < each.end)) continue;
      if ((days[place]?.at ?? 0) < endedAt) days[place] = { by, at: endedAt };
    }
  }
  return days;
}

function sentence(words: readonly string[]): string {
  const text = words.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
