import type { IncidentCause, IncidentLayer } from '../../model/incident.ts';

/** Something that is wrong now. Incidents follow from troubles: same cause and scope = one incident. */
export interface Trouble {
  readonly cause: IncidentCause;
  readonly scope: string;
  readonly layer: IncidentLayer;
  /** The source that has it; null for what belongs to none. */
  readonly source: string | null;
  /** A sentence for a person. */
  readonly summary: string;
  /** Wall ms: first and last seen. */
  readonly since: number;
  readonly seenAt: number;
  readonly count: number;
  readonly nextAttemptAt: number | null;
  /** The upstream answered, though with an error: then it is not our own network. */
  readonly isAnswered?: true;
}

/** What a new sighting says; the book knows since when and how often. */
export type Sighting = Omit<Trouble, 'since' | 'seenAt' | 'count'> & {
  /** It only says that the trouble lasts: what was said before tells more. */
  readonly isEcho?: true;
};

/** Troubles by what they are about: an upstream has one at a time, the worst; everything else has its own. */
export type Troubles = ReadonlyMap<string, Trouble>;

/** Causes that one upstream can have, from the mildest to the worst: the worse one names the trouble until it is over. */
const UPSTREAM: readonly IncidentCause[] = [
  'outage',
  'offline',
  'throttled',
  'captive-portal',
  'auth',
  'blocked',
];

/** Whether a proof that the upstream answers ends it. */
export function isUpstreams({ cause, source }: Pick<Trouble, 'cause' | 'source'>): boolean {
  return source !== null && UPSTREAM.includes(cause);
}

function keyOf(sighting: Pick<Trouble, 'cause' | 'scope' | 'source'>): string {
  const about = isUpstreams(sighting) ? 'upstream' : `${sighting.cause} ${sighting.scope}`;
  return `${sighting.source ?? ''} ${about}`;
}

/** The troubles with one more sighting. `lastsUntil`: it is known to have lasted beyond the instant at which it was seen. */
export function seen(
  troubles: Troubles,
  { isEcho, ...sighting }: Sighting,
  at: number,
  lastsUntil = at,
): Troubles {
  const key = keyOf(sighting);
  const before = troubles.get(key);
  const summary = isEcho === true && before !== undefined ? before.summary : sighting.summary;
  const named =
    before !== undefined && names(before, sighting, at)
      ? { ...sighting, cause: before.cause, scope: before.scope, layer: before.layer }
      : sighting;
  // An echo comes from our own circuit: whether the upstream answered is what was seen before it.
  const answered = isEcho === true && before?.isAnswered === true ? { isAnswered: true as const } : {};
  const trouble = {
    ...named,
    ...answered,
    summary,
    since: before?.since ?? at,
    seenAt: lastsUntil,
    count: (before?.count ?? 0) + 1,
  };
  return new Map([...troubles, [key, trouble]]);
}

/** An outage that is known already stays one when our own network goes too. */
function names(before: Trouble, sighting: Sighting, at: number): boolean {
  if (before.cause === 'outage' && sighting.cause === 'offline') return isRipe(before, at);
  return UPSTREAM.indexOf(sighting.cause) < UPSTREAM.indexOf(before.cause);
}

/** The troubles without those that are over. */
export function without(troubles: Troubles, isOver: (trouble: Trouble) => boolean): Troubles {
  const kept = [...troubles].filter(([, trouble]) => !isOver(trouble));
  return kept.length === troubles.size ? troubles : new Map(kept);
}

/** A trouble put down as it is, as an incident of an earlier engine left it. */
export function putDown(troubles: Troubles, trouble: Trouble): Troubles {
  return new Map([...troubles, [keyOf(trouble), trouble]]);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Whether it has lasted long enough to be told of: what one retry mended within a minute was a hiccup. `at` is wall ms;
 * a clock that was set back makes it ripe at once rather than never.
 */
export function isRipe({ cause, since, count, nextAttemptAt }: Trouble, at: number): boolean {
  const age = at >= since ? at - since : Number.POSITIVE_INFINITY;
  switch (cause) {
    case 'outage':
      return (count >= 2 && age >= 10 * SECOND) || age >= MINUTE;
    case 'throttled':
      return count >= 3 || age >= MINUTE || (nextAttemptAt ?? 0) - since >= MINUTE;
    case 'disk':
      return count >= 2 || age >= 10 * SECOND;
    case 'offline':
    case 'gap':
      return age >= MINUTE;
    default:
      return true;
  }
}
