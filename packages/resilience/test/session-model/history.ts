import { VirtualClock } from '../../src/clock/index.ts';
import { constant } from '../../src/policy/backoff/backoff.ts';
import { superviseSession } from '../../src/session/index.ts';
import type { SessionPolicy, SnapshotStore } from '../../src/session/index.ts';
import type { JsonValue } from '../../src/state/state-store.ts';
import type { Cast } from './cast.ts';
import { happenings } from './happenings.ts';
import type { Peer, View } from './peer.ts';
import { Referee } from './referee.ts';
import type { Limits } from './referee.ts';
import type { Scenario } from './scenario.ts';
import { Tasks } from './tasks.ts';
import { World } from './world.ts';
import type { Carried } from './world.ts';

/** How a history ended. */
export interface HistoryResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly fired: readonly string[];
  readonly transitions: readonly string[];
}

/** After the storm everybody who waits has an answer within this time. */
const CALM_MS = 300_000;
const STEP_MS = 250;

/** Runs the history of a scenario: a storm of faults, a calm in which everybody gets an answer, and the end. */
export async function runHistory(scenario: Scenario): Promise<HistoryResult> {
  const cast = castOf(scenario);
  await storm(cast);
  await calm(cast);
  await end(cast);
  const { referee, world } = cast;
  return {
    seed: scenario.seed,
    violations: referee.violations,
    fired: [...world.fired],
    transitions: [...referee.transitions],
  };
}

function castOf(scenario: Scenario): Cast {
  const clock = new VirtualClock();
  const limits: Limits = {
    recoveries: { max: 4, perMs: 20_000 },
    logins: { max: 6, perMs: 30_000 },
    loginAttempts: 2,
    circuitOpenMs: 2_000,
    closeThenOpen: scenario.replace === 'close-then-open',
  };
  const world: World = new World(scenario, clock, () => referee);
  const referee = new Referee(limits, () => clock.now(), world.peers);
  const policy = policyOf(scenario, limits, clock, referee);
  const session = superviseSession<Peer, Carried, Peer | View>(world.adapter(), policy);
  const tasks = new Tasks(scenario, clock, world, referee, session);
  return { scenario, clock, world, referee, tasks, session };
}

function policyOf(scenario: Scenario, limits: Limits, clock: VirtualClock, referee: Referee): SessionPolicy {
  const { recoveries, logins } = limits;
  return {
    name: 'model',
    clock,
    random: { next: () => 0.5 },
    onEvent: (event) => referee.hears(event),
    callDeadline: 3_000,
    recover: {
      attempts: 3,
      backoff: constant(300),
      budget: { max: recoveries.max, per: recoveries.perMs },
      stableAfter: 5_000,
      openDeadline: 12_000,
      circuitOpen: limits.circuitOpenMs,
    },
    probe: { every: 4_000, deadline: 500, patience: 1_500, beforeLeaseIfIdle: 3_000 },
    recycle: { maxUses: scenario.maxUses, maxAge: scenario.maxUses === 1 ? 10_000 : Infinity, drain: 3_000 },
    auth: {
      attempts: limits.loginAttempts,
      refreshAhead: 3_000,
      budget: { max: logins.max, per: logins.perMs },
    },
    ...(scenario.store ? { snapshot: { store: memoryStore(), every: 5_000 } } : {}),
  };
}

function memoryStore(): SnapshotStore {
  const values = new Map<string, JsonValue>();
  return {
    load: (name) => Promise.resolve(values.get(name)),
    save: (name, value) => Promise.resolve(void values.set(name, value)),
    remove: (name) => Promise.resolve(void values.delete(name)),
  };
}

async function storm(cast: Cast): Promise<void> {
  const { clock, scenario, tasks } = cast;
  const { dice } = scenario;
  const happens = happenings(cast);
  const until = clock.monotonic() + scenario.stormMs;
  tasks.start();
  while (clock.monotonic() < until) {
    await clock.advance(dice.between(1, 1_500));
    if (dice.chance(0.3)) tasks.start();
    await dice.pick(happens)();
  }
  if (scenario.drainEarly) {
    cast.world.fired.add('drained in the storm');
    void cast.session.drain();
  }
}

/** Nothing goes wrong any more, people do what they are asked for: everybody must get an answer. */
async function calm(cast: Cast): Promise<void> {
  const { clock, world, tasks, session, referee } = cast;
  world.storm = false;
  world.captcha = false;
  for (let waited = 0; waited < CALM_MS && tasks.waiting > 0; waited += STEP_MS) {
    tasks.giveBack();
    if (session.state.kind === 'needs-human') session.resume();
    await clock.advance(STEP_MS);
  }
  if (tasks.waiting > 0) {
    referee.blame(`${String(tasks.waiting)} tasks got no answer (${JSON.stringify(session.state)})`);
  }
}

async function end(cast: Cast): Promise<void> {
  const { clock, session, referee, world } = cast;
  let closed = false;
  void session.drain().then(() => (closed = true));
  for (let waited = 0; waited < CALM_MS && !closed; waited += STEP_MS) await clock.advance(STEP_MS);
  await clock.advance(30_000);
  if (!closed || session.state.kind !== 'closed') referee.blame('it was never closed');
  if (session.stats.leasesOut > 0) referee.blame('leases are out after the end');
  for (const peer of world.peers) {
    if (peer.closed) continue;
    if (!peer.closeAsked) referee.blame(`peer ${String(peer.id)} was never closed`);
    else if (!peer.forced) referee.blame(`peer ${String(peer.id)} was not closed by force`);
  }
  if (clock.pending > 0) referee.blame(`${String(clock.pending)} timers are left`);
}
