import { goDurationMs, plainNumber, resetMs, secondsMs, untilDateMs } from './header-values.ts';
import type { RateLimitReference, ReadHeader } from './header-values.ts';
import { parseHttpDate } from './retry-after.ts';
import { parseList } from './structured-list.ts';

export type { RateLimitReference } from './header-values.ts';

/** Headers as fetch, undici or Node give them: something with `get`, or a record. */
export type RateLimitHeaders =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What an answer says about the calls that are left. */
export interface RateLimitSaid {
  /** Calls (or tokens of a language model) that are left until the reset. */
  readonly remaining: number;
  /** Until there are more: at most 24 hours; 0 only for a time that has come. */
  readonly resetMs: number;
  readonly limit?: number;
}

/**
 * Reads how much is left of a server's rate limit, in any of the ways that are in use: `RateLimit` and
 * `RateLimit-Policy` of the IETF draft (draft-ietf-httpapi-ratelimit-headers-10), its earlier forms
 * (`RateLimit: limit=, remaining=, reset=`; `RateLimit-Remaining`, `RateLimit-Reset`), `X-RateLimit-*` with a reset in
 * seconds or since the epoch or `X-RateLimit-Reset-After` (GitHub, X, Reddit, Discord), those of OpenAI (`6m0s`) and
 * Anthropic (RFC 3339). Of several the one that bars longest, else the one with the least left. Times since the epoch
 * are measured against the response's `Date`, so that a wrong local clock cannot shorten them. Values that are negative
 * or not understood count as absent, and more than 24 hours as 24 hours, as for `parseRetryAfter`. Null when nothing is
 * said; never throws.
 */
export function parseRateLimit(
  headers: RateLimitHeaders,
  reference: RateLimitReference,
): RateLimitSaid | null {
  const read = readerOf(headers);
  const date = reference.date ?? read('date');
  const sent = typeof date === 'string' ? parseHttpDate(date.trim(), reference.now) : null;
  const sentAt = sent ?? reference.now;
  const all = [...draft(read), ...plain(read, sentAt), ...byKind(read, sentAt)];
  return all.length === 0 ? null : all.reduce(stricter);
}

function stricter(a: RateLimitSaid, b: RateLimitSaid): RateLimitSaid {
  if (a.remaining !== b.remaining && (a.remaining === 0 || b.remaining === 0))
    return a.remaining === 0 ? a : b;
  if (a.remaining === 0 || a.remaining === b.remaining) return b.resetMs > a.resetMs ? b : a;
  return b.remaining < a.remaining ? b : a;
}

/** Reads headers by name, whatever they are held in and whatever its getters throw. */
export function readerOf(headers: RateLimitHeaders): ReadHeader {
  const get =
    'get' in headers && typeof headers.get === 'function' ? headers.get.bind(headers) : fromRecord(headers);
  return (name) => {
    try {
      const value: unknown = get(name);
      return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  };
}

function fromRecord(record: object): (name: string) => unknown {
  const byName = new Map(Object.keys(record).map((name) => [name.toLowerCase(), name]));
  return (name) => {
    const own = byName.get(name);
    return own === undefined ? undefined : (record as Readonly<Record<string, unknown>>)[own];
  };
}

/** `RateLimit: "default";r=50;t=30` with the quota and window of `RateLimit-Policy: "default";q=100;w=60`. */
function draft(read: ReadHeader): RateLimitSaid[] {
  const members = parseList(read('ratelimit') ?? '');
  const policies = new Map(
    parseList(read('ratelimit-policy') ?? '').map(({ name, parameters }) => [name, parameters]),
  );
  const said = members.flatMap(({ name, parameters }) => {
    const policy = policies.get(name);
    // Without a time nothing is sure but that the window ends.
    const reset = secondsMs(parameters['t'] ?? policy?.['w']);
    return quota(parameters['r'], reset, policy?.['q']);
  });
  // Drafts 3 to 7 had one dictionary: limit=10, remaining=5, reset=30.
  const dictionary = new Map(members.map(({ name, parameters }) => [name, parameters['']]));
  const earlier = quota(
    dictionary.get('remaining'),
    secondsMs(dictionary.get('reset')),
    dictionary.get('limit'),
  );
  return [...said, ...earlier];
}

const PREFIXES = ['ratelimit-', 'x-ratelimit-', 'x-rate-limit-'];

function plain(read: ReadHeader, sentAt: number): RateLimitSaid[] {
  return PREFIXES.flatMap((prefix) => {
    // What is told from now on needs no clock that agrees with ours.
    const reset = secondsMs(read(`${prefix}reset-after`)) ?? resetMs(read(`${prefix}reset`), sentAt);
    return quota(read(`${prefix}remaining`), reset, read(`${prefix}limit`));
  });
}

const KINDS = ['requests', 'tokens', 'input-tokens', 'output-tokens'];

function byKind(read: ReadHeader, sentAt: number): RateLimitSaid[] {
  return KINDS.flatMap((kind) => {
    const openai = (part: string): string | undefined => read(`x-ratelimit-${part}-${kind}`);
    const anthropic = (part: string): string | undefined => read(`anthropic-ratelimit-${kind}-${part}`);
    return [
      ...quota(openai('remaining'), goDurationMs(openai('reset')), openai('limit')),
      ...quota(anthropic('remaining'), untilDateMs(anthropic('reset'), sentAt), anthropic('limit')),
    ];
  });
}

/** None unless it is known how much is left, and until when. */
function quota(
  remaining: string | undefined,
  reset: number | null,
  limit: string | undefined,
): RateLimitSaid[] {
  const left = plainNumber(remaining);
  if (left === null || reset === null) return [];
  // `100, 100;w=60` is a limit with its windows.
  const most = plainNumber(limit?.split(/[,;]/, 1)[0]);
  return [{ remaining: Math.floor(left), resetMs: reset, ...(most === null ? {} : { limit: most }) }];
}
