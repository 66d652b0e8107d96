import { check, type Check, type Fault } from '../../fault.ts';
import type { DrillEvent } from '../../checker/events.ts';
import type { Layout } from '../../product/one-source.ts';
import type { Stage } from '../../stage.ts';
import { Harvest, type Misbehaviour } from './harvest.ts';
import { finish, statusOf } from './outcome.ts';

/** An engine that does once what broken code does, under a supervisor that knows nothing of it. */
interface Case extends Pick<Fault, 'name' | 'about' | 'holds'> {
  readonly order: Misbehaviour;
  readonly shape?: Layout;
  readonly options?: string;
  /** How the restart is counted, and the cause of its one incident. */
  readonly counted: string;
  readonly incident: string;
  /** Whether an end is the one that was wanted, and how `status` calls the engine before it. */
  readonly isEnd?: (event: DrillEvent) => boolean;
  readonly shownAs?: string;
}

/** Beyond the first pages and before the last ones. */
const MIDDLE = { phase: 'parse', nth: 4 } as const;
const CRASHED =
  'its engine is started again at once, goes on at that page, and one crash is counted and told';

const cases: readonly Case[] = [
  {
    name: 'uncaught exception',
    about: 'something throws outside of all that the engine awaits, in the middle of a page',
    holds: CRASHED,
    order: { what: 'throw', ...MIDDLE },
    counted: 'crash',
    incident: 'crash',
  },
  {
    name: 'unhandled rejection',
    about: 'a promise of the engine is rejected and nobody looks at it, in the middle of a page',
    holds: CRASHED,
    order: { what: 'reject', ...MIDDLE },
    counted: 'crash',
    incident: 'crash',
  },
  {
    name: 'stack overflow',
    about: 'a function of the engine calls itself without an end, in the middle of a page',
    holds: CRASHED,
    order: { what: 'recurse', ...MIDDLE },
    counted: 'crash',
    incident: 'crash',
  },
  {
    name: 'heap exhausted',
    about: 'the engine fills its heap until V8 aborts it, in the middle of a page',
    holds: 'it is started again, goes on at that page, and it is counted and told as out of memory',
    order: { what: 'fill-heap', ...MIDDLE },
    options: '--max-old-space-size=90',
    counted: 'oom',
    incident: 'oom',
    isEnd: ({ reason }) => reason === 'oom',
  },
  {
    name: 'memory limit',
    about: 'the engine holds on to 450 MB where `maxMemory` allows 300',
    holds: 'it is ended as gently as by a person, started again, and counted as out of memory',
    order: { what: 'hoard', ...MIDDLE, forMs: 450 },
    // Five heartbeats in a row must tell of it.
    shape: { records: 150, source: { minIntervalMs: 300 }, more: { maxMemory: '300MB' } },
    counted: 'oom',
    incident: 'oom',
    isEnd: ({ reason, code }) => reason === 'oom' && code === 0,
  },
  {
    name: 'event loop blocked',
    about: 'the main thread of the engine blocks for ever in the middle of a page',
    holds: 'it is told as hung, killed and replaced, and goes on at that page',
    order: { what: 'block', ...MIDDLE },
    shape: { more: { watchdog: '5s' } },
    counted: 'watchdog',
    incident: 'hung',
    isEnd: ({ reason }) => reason === 'watchdog',
    shownAs: 'hung',
  },
];

/** Engines that break down by themselves. */
export const misbehavingFaults: readonly Fault[] = cases.map((each) => ({
  name: each.name,
  layer: 'process',
  about: each.about,
  holds: each.holds,
  quick: false,
  play: (stage) => play(stage, each),
}));

async function play(stage: Stage, { order, shape, options, counted, ...wanted }: Case) {
  const harvest = await Harvest.prepare(stage, shape);
  const env = harvest.misbehaving(order);
  const { NODE_OPTIONS = '' } = env;
  harvest.supervise({ env: { ...env, NODE_OPTIONS: `${NODE_OPTIONS} ${options ?? ''}` } });
  const { pid, at: faultAt } = await harvest.until('the misbehaviour', () => harvest.evidence()[0]);
  const shown = wanted.shownAs === undefined ? [] : [await shownAs(harvest, wanted.shownAs)];
  const end = await harvest.event(
    'the end of the engine',
    ({ kind, at }) => kind === 'engine-exited' && at >= faultAt,
  );
  await harvest.caughtUp(end.at);
  const { engine } = await statusOf(harvest);
  const { isEnd = ({ reason }) => reason === 'crash' } = wanted;
  return finish(harvest, {
    injected: harvest.evidence().filter((line) => line.pid === pid && line.what === order.what).length,
    wanted: 1,
    faultAt,
    faultEnd: end.at,
    detected: ({ kind }) => kind === 'engine-exited' || kind === 'engine-hung' || kind === 'recycling',
    incident: wanted.incident,
    checks: [
      ...shown,
      check('its end is told as what it was', isEnd(end), end),
      check(`one restart is counted, as ${counted}`, engine.restarts[counted] === 1, engine.restarts),
      check('the next engine did all the rest', harvest.engines().length === 2, harvest.engines().length),
    ],
    evidence: `ended with ${String(end.signal ?? end.code)} as ${end.reason ?? 'nothing'}`,
  });
}

/** I10: `status` says so before the engine is replaced. */
async function shownAs(harvest: Harvest, state: string): Promise<Check> {
  const { at } = await harvest.event(`told as ${state}`, ({ kind }) => kind === 'engine-hung');
  const { engine } = await statusOf(harvest);
  const late = harvest.events().some((event) => event.kind === 'engine-exited' && event.at >= at);
  // On a slow machine the engine may have been replaced before `status` could look.
  return check(`status shows the engine as ${state}`, engine.state === state || late, engine.state, 'I10');
}
