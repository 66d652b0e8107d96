import { check, type Check } from '../fault.ts';
import type { GapLine, QuarantineLine } from '../product/installation.ts';
import { keyOf, type Ledger } from '../upstream/ledger.ts';
import { covers, type StoredLine } from './compare.ts';

/** I4: what was acknowledged before a crash is there after it, in the same version. */
export function acknowledgedKept(before: readonly StoredLine[], after: readonly StoredLine[]): Check {
  const newest = new Map<string, number>();
  for (const { id, version } of after) newest.set(id, Math.max(newest.get(id) ?? 0, Number(version ?? 0)));
  const gone = before.filter(({ id, version }) => (newest.get(id) ?? -1) < Number(version ?? 0));
  const seen = `${String(gone.length)} of ${String(before.length)} gone${few(gone.map((line) => keyOf(line.id, line.version)))}`;
  return check('all that was acknowledged before is there after', gone.length === 0, seen, 'I4');
}

/**
 * I5: the cursor is not beyond the data. Every record of the days that are told as complete (`auditCompleteUntil`
 * of `status`) is stored, or visible as quarantined or as a gap.
 */
export function cursorNotBeyond(
  ledger: Ledger,
  completeUntil: string | null,
  shown: {
    readonly papers: readonly StoredLine[];
    readonly gaps: readonly Pick<GapLine, 'id' | 'range'>[];
    readonly quarantine: readonly Pick<QuarantineLine, 'id'>[];
  },
): Check {
  const until = completeUntil ?? '';
  const known = new Set([...shown.papers, ...shown.quarantine].map(({ id }) => id));
  const missing = [...ledger.truth.values()].filter(
    (record) =>
      record.datestamp.slice(0, 10) < until &&
      !known.has(record.id) &&
      !shown.gaps.some((gap) => covers(gap, record)),
  );
  return check(
    'what is told as complete is complete',
    missing.length === 0,
    `complete until ${completeUntil ?? 'no day'}, ${String(missing.length)} missing${few(missing.map(({ id }) => id))}`,
    'I5',
  );
}

/** One row of `incidents --json`, as far as the drill looks at it. */
export interface IncidentLine {
  readonly cause: string;
  readonly scope: string;
  readonly state: string;
  readonly summary: string;
  readonly startedAt: string;
  readonly detectedAt: string;
  readonly recoveredAt: string | null;
}

/** I7: exactly one incident of these causes, with its start, its detection and its recovery. */
export function oneIncident(
  incidents: readonly IncidentLine[],
  causes: readonly string[],
  options: { readonly over: boolean } = { over: true },
): Check {
  const ours = incidents.filter(({ cause }) => causes.includes(cause));
  const [one] = ours;
  const told =
    one !== undefined &&
    one.summary !== '' &&
    Date.parse(one.startedAt) <= Date.parse(one.detectedAt) &&
    (options.over ? one.recoveredAt !== null : one.recoveredAt === null);
  return check(
    `exactly one incident of ${causes.join(' or ')}${options.over ? ', which is over' : ''}`,
    ours.length === 1 && told,
    incidents.map(({ cause, scope, state }) => `${cause} of ${scope} ${state}`).join(', ') || 'none',
    'I7',
  );
}

/** A process that had to wait for the machine writes down a request so much later than it came, ms. */
const LATE_MS = 150;

/**
 * I8: never more than one request at a time, and on no stretch of the ledger more than one in `minIntervalMs`. Single
 * distances prove nothing: on a loaded machine the ledger's own clock is late. `budget`: as many requests as there
 * may be between two instants.
 */
export function polite(
  ledger: Ledger,
  options: {
    readonly minIntervalMs: number;
    readonly budget?: { readonly from: number; readonly to: number; readonly most: number };
  },
): readonly Check[] {
  const { minIntervalMs, budget } = options;
  const all = ledger.exchanges.map(({ request }) => request.at);
  const most = Math.max(0, ...ledger.exchanges.map(({ request }) => request.concurrent ?? 1));
  // How far a request comes before its turn, if each before it had come exactly in its turn.
  let turn = -Infinity;
  let early = 0;
  for (const at of all) {
    early = Math.max(early, turn - at);
    turn = Math.max(turn, at) + minIntervalMs;
  }
  return [
    check('one request at a time', most <= 1, `${String(most)} at once`, 'I8'),
    check(
      `on no stretch more than one request in ${String(minIntervalMs)} ms`,
      early <= LATE_MS,
      `at most ${String(early)} ms before its turn`,
      'I8',
    ),
    ...(budget === undefined ? [] : [withinBudget(all, budget)]),
  ];
}

/** I8: no more than so many requests between two instants, by whoever counted them. */
export function withinBudget(
  requestsAt: readonly number[],
  { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
): Check {
  const count = requestsAt.filter((at) => at >= from && at < to).length;
  return check(
    `at most ${String(most)} requests in ${String(Math.round((to - from) / 100) / 10)} s`,
    count <= most,
    `${String(count)} requests`,
    'I8',
  );
}

/** What `status --json` said of a source at an instant. */
export interface Sample {
  /** When the command was started, and when it had answered, wall ms. */
  readonly askedAt: number;
  readonly at: number;
  readonly state: string;
  readonly reason: string;
}

/** The time of a fault in which the product has to know of it, wall ms. */
interface Known {
  readonly from: number;
  readonly to: number;
  /** After `from`. */
  readonly boundMs: number;
}

/** I10: from `boundMs` after the fault's start until its end no sample says that all is well. */
export function honest(samples: readonly Sample[], known: Known): Check {
  const meant = within(samples, known);
  const green = meant.filter(({ state }) => state === 'ok');
  const states = [...new Set(meant.map(({ state }) => state))].join(', ');
  return check(
    `status is not ok later than ${String(known.boundMs / 1000)} s into the fault`,
    green.length === 0,
    `${String(green.length)} of ${String(meant.length)} samples ok (${states || 'none'})`,
    'I10',
  );
}

/** Why nothing is proved of I10: nobody answered while the fault lasted, on a machine that is too busy. */
export function unasked(samples: readonly Sample[], known: Known): readonly string[] {
  return within(samples, known).length > 0 ? [] : ['no status was told while the fault lasted'];
}

function within(samples: readonly Sample[], { from, to, boundMs }: Known): readonly Sample[] {
  return samples.filter(({ askedAt, at }) => askedAt >= from + boundMs && at < to);
}

function few(ids: readonly string[]): string {
  return ids.length === 0 ? '' : `: ${ids.slice(0, 3).join(', ')}`;
}
