/** What kind of failure it was. `local` is our own disk or memory. */
export type Category =
  | 'network'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'rate-limit'
  | 'auth-expired'
  | 'session-lost'
  | 'page-lost'
  | 'crash'
  | 'local'
  | 'permanent'
  | 'defect'
  | 'cancelled'
  | 'unknown';

/** The smallest thing that has to be done again. */
export type Scope = 'call' | 'page' | 'session' | 'auth' | 'none';

/** `yes`: refused before it was processed; `unknown`: the outcome is in doubt; `no`: do not repeat. */
export type SafeToReplay = 'yes' | 'no' | 'unknown';

/** What the verdict rests on, strongest first. */
export type Evidence = 'event' | 'class' | 'code' | 'status' | 'flag' | 'message' | 'probe';

/** The classification of one failure. Plain data: send it across workers instead of the error. */
export interface Verdict {
  readonly category: Category;
  readonly scope: Scope;
  readonly safeToReplay: SafeToReplay;
  readonly evidence: Evidence;
  readonly code?: string;
  /** The upstream asked to wait at least this long. */
  readonly retryAfterMs?: number;
}

/** All categories, in the order in which documentation lists them. */
export const CATEGORIES: readonly Category[] = [
  'network',
  'dns',
  'tls',
  'timeout',
  'rate-limit',
  'auth-expired',
  'session-lost',
  'page-lost',
  'crash',
  'local',
  'permanent',
  'defect',
  'cancelled',
  'unknown',
];

const SCOPES: readonly unknown[] = ['call', 'page', 'session', 'auth', 'none'];
const REPLAYS: readonly unknown[] = ['yes', 'no', 'unknown'];

/** Whether a value has the form of a verdict, whichever copy of the package made it. */
export function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Record<keyof Verdict, unknown>>;
  return (
    (CATEGORIES as readonly unknown[]).includes(candidate.category) &&
    SCOPES.includes(candidate.scope) &&
    REPLAYS.includes(candidate.safeToReplay) &&
    typeof candidate.evidence === 'string'
  );
}
