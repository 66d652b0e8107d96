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

/** Nothing moves while it is walked and no answer lies: then the first look must be complete by itself. */
function isHonest({ kind, restamp, clockSkewMs, faults }: Scenario): boolean {
  if (kind === 'biorxiv' || restamp > 0 || clockSkewMs !== 0) return false;
  return faults.every((fault) => HONEST.has(fault.slice(0, fault.lastIndexOf('@'))));
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
