import { setTimeout as sleep } from 'node:timers/promises';
import { countsOf, examplesOf, verdictOf } from '../../checker/compare.ts';
import { detectAfter, recoverAfter, type DrillEvent } from '../../checker/events.ts';
import {
  honest,
  oneIncident,
  polite,
  unasked,
  type IncidentLine,
  type Sample,
} from '../../checker/invariants.ts';
import { incidentsOf } from '../../checker/running.ts';
import { storedOf } from '../../checker/stored.ts';
import { check, type Check, type Played } from '../../fault.ts';
import { Foreground } from '../../product/foreground.ts';
import type { Installation } from '../../product/installation.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import type { Kind, Simulator } from '../../upstream/simulator.ts';

const SOURCE = 's1';
/** Between two requests, ms. */
export const INTERVAL_MS = 20;
const ADDED = 5;
const AGAIN_MS = 2_000;
/** What is over sooner is a hiccup to the product, and no incident. */
const INCIDENT_MS = 10_000;
const BOUND_MS = 60_000;

/** One fault, set up in front of a simulated upstream. */
export interface Injection {
  /** The address that the product is given. */
  readonly baseUrl: string;
  /** Further keys of the source, and variables of the product. */
  readonly source?: object;
  readonly env?: NodeJS.ProcessEnv;
  readonly under?: readonly string[];
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
  /** How often it really struck, by its own count. */
  struck(events: readonly DrillEvent[], span: Span): number;
}

/** Wall ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How a fault is played on a product that runs. */
export interface OutagePlan {
  readonly kind?: Kind;
  readonly records?: number;
  readonly pageSize?: number;
  readonly inject: (stage: Stage, simulator: Simulator) => Promise<Injection>;
  /** When it begins: before the product does, within its first list, or when it is caught up. */
  readonly when: 'start' | 'list' | 'idle';
  /** How long it lasts at least, ms; it lasts on until it has struck. */
  readonly lastsMs: number;
  /** The product has to get by all the same: it is slower and nothing else. */
  readonly mild?: boolean;
  /** The upstream cannot be reached at all while it lasts: exactly one incident, status not ok, few requests. */
  readonly causes?: readonly string[];
  /** The product's words on it must match. */
  readonly says?: RegExp;
  /** It comes once more for two seconds when the product is caught up again. */
  readonly again?: boolean;
  /** Requests that it may send within the fault. */
  readonly most?: number;
}

/** What one fault on a running product came to. */
interface Course {
  readonly span: Span;
  readonly samples: readonly Sample[];
  readonly recoverMs: number | null;
  readonly struck: number;
}

/**
 * Plays a fault on a product that polls every second: it begins, records are added upstream meanwhile, the status
 * is asked, it ends, and the product has to commit them by itself.
 */
export async function playOutage(stage: Stage, plan: OutagePlan): Promise<Played> {
  const { kind = 'oai-pmh', records = 150, pageSize = 25 } = plan;
  const simulator = await stage.simulate({ kind, records, pageSize });
  const injection = await plan.inject(stage, simulator);
  const product = stage.install([sourceOf(kind, injection)], { dashboard: { port: 0 } });
  if (plan.when === 'start') await injection.begin();
  const beganAt = Date.now();
  const { env, under } = injection;
  const live = Foreground.start(product, stage.signal, {
    ...(env === undefined ? {} : { env }),
    ...(under === undefined ? {} : { under }),
  });
  if (plan.when === 'list') await live.ever('the first page', hasCommitted);
  if (plan.when === 'idle') await live.caughtUp(SOURCE);
  if (plan.when !== 'start') await injection.begin();
  const from = plan.when === 'start' ? beganAt : Date.now();
  const courses = [await endure(live, { plan, injection, simulator, from, signal: stage.signal })];
  if (plan.again === true) {
    await injection.begin();
    const shorter = { ...plan, lastsMs: AGAIN_MS };
    const from = Date.now();
    courses.push(await endure(live, { plan: shorter, injection, simulator, from, signal: stage.signal }));
  }
  await live.stop();
  return judgeCourses({ plan, product, simulator, courses, events: live.events() });
}

/** A source that polls every second and gives up early. */
export function sourceOf(
  kind: Kind,
  { baseUrl, source = {} }: Pick<Injection, 'baseUrl' | 'source'>,
): object {
  const timeouts = { connect: '2s', firstByte: '2s', idle: '2s' };
  const common = { id: SOURCE, kind, baseUrl, from: '30d', every: '1s', minIntervalMs: INTERVAL_MS };
  return { ...common, cooldown: '1s', timeouts, ...source };
}

async function endure(
  live: Foreground,
  how: {
    readonly plan: OutagePlan;
    readonly injection: Injection;
    readonly simulator: Simulator;
    readonly from: number;
    readonly signal: AbortSignal;
  },
): Promise<Course> {
  const { plan, injection, simulator, from, signal } = how;
  const hasStruck = (events: readonly DrillEvent[]): boolean =>
    injection.struck(events, { from, to: Date.now() }) > 0;
  await live.ever('the fault to strike', hasStruck);
  if (plan.mild !== true)
    await live.came('a word about the fault', (events) => detectAfter(events, from) !== null, 20_000);
  await simulator.control({ do: 'addRecords', count: ADDED });
  const samples: Sample[] = [];
  if (plan.mild !== true) samples.push(await live.sample(SOURCE));
  await sleep(Math.max(0, from + plan.lastsMs - Date.now()), undefined, { signal });
  const struck = injection.struck(live.events(), { from, to: Date.now() });
  const to = Date.now();
  await injection.end();
  const ended = Date.now();
  const wanted = Ledger.read(simulator.ledgerFile).truth.size;
  const isBack = (events: readonly DrillEvent[]): boolean =>
    recoverAfter(events, ended) !== null && inserted(events) >= wanted && isIdleAfter(events, ended);
  const back = await live.came('everything to be there', isBack, BOUND_MS);
  const recoverMs = back ? recoverAfter(live.events(), ended) : null;
  return { span: { from, to }, samples, recoverMs, struck };
}

async function judgeCourses(seen: {
  readonly plan: OutagePlan;
  readonly product: Installation;
  readonly simulator: Simulator;
  readonly courses: readonly Course[];
  readonly events: readonly DrillEvent[];
}): Promise<Played> {
  const { plan, product, simulator, courses, events } = seen;
  const ledger = Ledger.read(simulator.ledgerFile);
  const { papers, gaps, quarantine, comparisons } = await storedOf(product, () => [{ id: SOURCE, ledger }]);
  const wrong = comparisons.flatMap(examplesOf);
  const { causes = [] } = plan;
  const sent = courses.map(({ span }) => requestsIn(events, span)).reduce((sum, count) => sum + count, 0);
  const struck = courses.reduce((sum, course) => sum + course.struck, 0);
  const recoveries = courses.map(({ recoverMs }) => recoverMs);
  const lastedMs = courses.reduce((sum, { span }) => sum + span.to - span.from, 0);
  const states = courses.flatMap(({ samples }) => samples.map(({ state }) => state));
  return {
    injected: Math.min(...courses.map((course) => course.struck)) === 0 ? 0 : struck,
    wanted: 'some',
    traffic: ledger.exchanges.length,
    ...countsOf(comparisons),
    recovered: recoveries.every((ms) => ms !== null),
    detectMs: plan.mild === true ? null : (courses.map((course) => detected(events, course))[0] ?? null),
    recoverMs: recoveries.includes(null) ? null : Math.max(...recoveries.map(Number)),
    requestsWasted: causes.length > 0 ? sent : null,
    checks: [
      check(
        'there was something to compare',
        comparisons.every((each) => verdictOf(each) !== 'unknown'),
        comparisons.map(({ attempted }) => attempted),
      ),
      check('nothing is wrong with any record', wrong.length === 0, wrong),
      check('nothing is a gap or quarantined', gaps.length + quarantine.length === 0, { gaps, quarantine }),
      ...polite(ledger, { minIntervalMs: INTERVAL_MS }),
      ...(causes.length > 0 ? [incidentCheck(await incidentsOf(product), causes, courses)] : []),
      ...courses.flatMap((course) => checksOf(plan, course, events)),
    ],
    doubts: courses.flatMap((course) => doubtsOf(plan, course, events)),
    evidence:
      `struck ${String(struck)} times in ${String(Math.round(lastedMs / 100) / 10)} s; ` +
      `${String(papers.length)} of ${String(ledger.truth.size)} records, ${String(sent)} requests meanwhile, ` +
      `status ${[...new Set(states)].join(', ') || 'not asked'}`,
  };
}

/** What must hold for each time that the fault came. */
function checksOf(plan: OutagePlan, course: Course, events: readonly DrillEvent[]): readonly Check[] {
  const { span, samples } = course;
  if (plan.mild === true) return [];
  const detectMs = detected(events, course);
  const most = mostOf(plan, span);
  const sent = requestsIn(events, span);
  return [
    check('it says that something is wrong', detectMs !== null, detectMs),
    ...(plan.says === undefined ? [] : [saidIn(events, span, plan.says)]),
    ...(plan.causes === undefined
      ? []
      : [
          honest(samples, { ...span, boundMs: detectMs ?? 0 }),
          check(`at most ${String(most)} requests meanwhile`, sent <= most, sent, 'I8'),
        ]),
  ];
}

/** What could not be found out each time that the fault came. */
function doubtsOf({ mild, causes }: OutagePlan, course: Course, events: readonly DrillEvent[]) {
  if (mild === true || causes === undefined) return [];
  return unasked(course.samples, { ...course.span, boundMs: detected(events, course) ?? 0 });
}

/** What lasts becomes exactly one incident; what is over within ten seconds may be none, and is never two. */
function incidentCheck(
  incidents: readonly IncidentLine[],
  causes: readonly string[],
  courses: readonly Course[],
): Check {
  const longest = Math.max(...courses.map(({ span }) => span.to - span.from));
  if (longest > INCIDENT_MS + 3_000 || incidents.length > 0) return oneIncident(incidents, causes);
  return check('no incident lasts', true, 'over too soon for an incident', 'I7');
}

function detected(events: readonly DrillEvent[], { span }: Course): number | null {
  return detectAfter(
    events.filter(({ at }) => at < span.to + 1_000),
    span.from,
  );
}

function requestsIn(events: readonly DrillEvent[], { from, to }: Span): number {
  return events.filter(({ kind, at }) => kind === 'request' && at >= from && at < to).length;
}

/** A dead upstream is asked three times per attempt, and the attempts grow apart from a second on. */
function mostOf({ most }: OutagePlan, { from, to }: Span): number {
  return most ?? 6 + 3 * Math.ceil((to - from) / 1000);
}

function saidIn(events: readonly DrillEvent[], { from, to }: Span, says: RegExp): Check {
  const words = events
    .filter(({ at }) => at >= from && at < to + 1000)
    .flatMap(({ message, reason, wait, code }) => [
      `${String(code ?? '')} ${message ?? ''} ${reason ?? ''} ${wait?.reason ?? ''} ${wait?.error?.code ?? ''}`,
    ]);
  const found = words.find((text) => says.test(text));
  return check(`it names the cause (${says.source})`, found !== undefined, found ?? words.slice(-2));
}

function hasCommitted(events: readonly DrillEvent[]): boolean {
  return events.some(({ kind, inserted: count = 0 }) => kind === 'commit' && count > 0);
}

function inserted(events: readonly DrillEvent[]): number {
  return events.reduce((sum, { kind, inserted: count = 0 }) => (kind === 'commit' ? sum + count : sum), 0);
}

function isIdleAfter(events: readonly DrillEvent[], at: number): boolean {
  return events.some((event) => event.kind === 'state' && event.state === 'ok' && event.at >= at);
}
