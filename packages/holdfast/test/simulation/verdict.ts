import type { Outcome, Scenario } from './history.ts';

/** Faults that withhold or damage answers, and never lie about what there is. */
const HONEST = new Set(
  `500 502 503 504 406 429 429-retry-after 429-retry-after-date 503-retry-after 503-retry-after-date throttle-body-200
  empty-200 html-200 json-null redirect redirect-loop tcp-reset early-close never-answers slow-first-byte stall-mid-body
  stall-then-rest slow-drip body-cut-reset body-cut-close body-cut-valid chunked-cut no-length-cut http-garbage
  gzip-truncated gzip-bad-crc gzip-mislabelled longer-than-length header-overflow 304 401 403 404 407 edge-1015
  error-2002-text connection-refused-text redirect-to-http redirect-login-html html-mislabelled retry-after-garbage
  retry-after-negative retry-after-huge retry-after-date-past expired-token bad-resumption-token bad-argument-token no-records-match-mid-list no-records-match
  empty-page-with-empty-token empty-page same-token token-loop-aba null-token`.split(/\s+/),
);

/** Those of them that say that a list ends where it does not. */
const FALSE_ENDS = new Set(
  'no-records-match no-records-match-mid-list empty-page empty-page-with-empty-token same-token token-loop-aba null-token'.split(
    ' ',
  ),
);

/**
 * An end that is not proved is asked for three times, and then from another place: told the same four times in a row a
 * first look believes it, by design, since nothing else can be asked of a list. The second look lists identifiers, by
 * another verb. So what an upstream says less often must not deceive the first look; what it says more often may.
 */
const FALSE_ENDS_SEEN_THROUGH = 3;

/** Nothing moves while it is walked and no answer lies for long: then the first look must be complete by itself. */
export function isHonest({
  kind,
  restamp,
  clockSkewMs,
  faults,
}: Pick<Scenario, 'kind' | 'restamp' | 'clockSkewMs' | 'faults'>): boolean {
  if (kind === 'biorxiv' || restamp > 0 || clockSkewMs !== 0) return false;
  const armed = faults.map((fault) => /^(.+)@\d+(?:x(\d+))?$/.exec(fault) ?? []);
  const falseEnds = armed.reduce(
    (sum, [, name = '', times = '1']) => sum + (FALSE_ENDS.has(name) ? Number(times) : 0),
    0,
  );
  return armed.every(([, name = '']) => HONEST.has(name)) && falseEnds <= FALSE_ENDS_SEEN_THROUGH;
}

/** What is wrong with an outcome; null when every invariant held. */
export function faultOf(outcome: Outcome): string | null {
  const { lost, duplicated, unexpected, impolite, problem } = outcome;
  if (problem !== null) return problem;
  if (lost.length > 0) return `lost ${String(lost.length)}: ${lost.slice(0, 5).join(', ')}`;
  if (duplicated.length > 0) return `duplicated ${duplicated.slice(0, 5).join(', ')}`;
  if (unexpected.length > 0) return `unexpected ${unexpected.slice(0, 5).join(', ')}`;
  if (impolite[0] !== undefined) return impolite[0];
  if (!isHonest(outcome.scenario)) return null;
  if (outcome.surprises > 0)
    return `only the second look brought ${String(outcome.surprises)} records to light`;
  if (outcome.churned.length > 0) return `changed without cause: ${outcome.churned.slice(0, 5).join(', ')}`;
  return null;
}
