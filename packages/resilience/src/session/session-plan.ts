import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import { parseDuration } from '../clock/duration.ts';
import type { Random } from '../clock/random.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import type { Verdict } from '../classify/verdict.ts';
import { InvalidOptionError } from '../errors.ts';
import { tell } from '../events/publish.ts';
import { delayBy, fullJitter } from '../policy/backoff/backoff.ts';
import type { Backoff } from '../policy/backoff/backoff.ts';
import { memoryState } from '../state/memory-state.ts';
import type { StateStore } from '../state/state-store.ts';
import type { SessionEvent } from './session-event.ts';
import type { Instant, MachineRules } from './machine-types.ts';
import type { RecoverPolicy, SessionPolicy } from './session-policy.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** A sliding limit. */
export interface Budget {
  readonly max: number;
  readonly perMs: number;
}

/** The policy, checked once and with defaults; all times in ms. */
export interface SessionPlan {
  readonly name: string;
  readonly callDeadlineMs: number;
  readonly machine: MachineRules;
  readonly openDeadlineMs: number;
  /** Wait after `failures` failures, the last with this verdict; at least as long as the peer asked for. */
  readonly delayMs: (failures: number, verdict: Verdict) => number;
  readonly probe: {
    readonly everyMs: number;
    readonly deadlineMs: number;
    readonly patienceMs: number;
    readonly idleMs: number;
    readonly onWake: boolean;
  };
  readonly recycle: {
    readonly maxAgeMs: number;
    readonly maxUses: number;
    readonly maxRssBytes: number;
    readonly drainMs: number;
  };
  readonly auth: { readonly aheadMs: number; readonly attempts: number; readonly budget: Budget };
  readonly snapshot: { readonly store: SnapshotStore | undefined; readonly everyMs: number };
  readonly state: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly now: () => Instant;
  /** Tells what `build` makes; it is not called when nobody would hear. */
  readonly emit: (build: () => SessionEvent) => void;
}

/** @throws InvalidOptionError naming the field. */
export function sessionPlan(policy: SessionPolicy): SessionPlan {
  const { clock = systemClock, random = systemRandom, onEvent } = policy;
  const recover = policy.recover ?? {};
  if (typeof policy.name !== 'string' || policy.name === '') {
    throw new InvalidOptionError('name', 'must be a text');
  }
  return {
    name: policy.name,
    callDeadlineMs: positive(policy.callDeadline ?? '30s', 'callDeadline'),
    machine: machineRules(recover),
    openDeadlineMs: positive(recover.openDeadline ?? '60s', 'recover.openDeadline'),
    delayMs: delays(recover.backoff, random),
    probe: probePlan(policy),
    recycle: recyclePlan(policy),
    auth: authPlan(policy),
    snapshot: {
      store: policy.snapshot?.store,
      everyMs: orNever(policy.snapshot?.every ?? '5m', 'snapshot.every'),
    },
    state: policy.state ?? memoryState(),
    clock,
    random,
    now: () => ({ wall: clock.now(), boot: clock.boot() }),
    emit: (build) => tell('session', onEvent, build),
  };
}

function machineRules(recover: RecoverPolicy): MachineRules {
  return {
    attempts: whole(recover.attempts ?? 5, 'recover.attempts'),
    budget: budget(recover.budget ?? { max: 5, per: '10m' }, 'recover.budget'),
    stableAfterMs: parseDuration(recover.stableAfter ?? '30s', 'recover.stableAfter'),
    circuitOpenMs: positive(recover.circuitOpen ?? '1m', 'recover.circuitOpen'),
  };
}

function authPlan({ auth = {} }: SessionPolicy): SessionPlan['auth'] {
  return {
    aheadMs: parseDuration(auth.refreshAhead ?? '5m', 'auth.refreshAhead'),
    attempts: whole(auth.attempts ?? 2, 'auth.attempts'),
    budget: budget(auth.budget ?? { max: 10, per: '1h' }, 'auth.budget'),
  };
}

function probePlan({ probe = {} }: SessionPolicy): SessionPlan['probe'] {
  return {
    everyMs: orNever(probe.every ?? '30s', 'probe.every'),
    deadlineMs: positive(probe.deadline ?? '5s', 'probe.deadline'),
    patienceMs: parseDuration(probe.patience ?? '15s', 'probe.patience'),
    idleMs: orNever(probe.beforeLeaseIfIdle ?? '30s', 'probe.beforeLeaseIfIdle', 0),
    onWake: probe.onWake ?? true,
  };
}

function recyclePlan({ recycle = {} }: SessionPolicy): SessionPlan['recycle'] {
  const { maxUses = Infinity, maxRssBytes = Infinity } = recycle;
  if (!(maxUses >= 1)) throw new InvalidOptionError('recycle.maxUses', 'must be at least 1');
  if (!(maxRssBytes > 0)) throw new InvalidOptionError('recycle.maxRssBytes', 'must be above 0');
  return {
    maxAgeMs: orNever(recycle.maxAge ?? Infinity, 'recycle.maxAge'),
    maxUses,
    maxRssBytes,
    drainMs: parseDuration(recycle.drain ?? '30s', 'recycle.drain'),
  };
}

function delays(
  given: RecoverPolicy['backoff'],
  random: Random,
): (failures: number, verdict: Verdict) => number {
  const usual = fullJitter(200, '30s');
  const choose = (verdict: Verdict): Backoff => {
    if (given === undefined) return usual;
    if (isBackoff(given)) return given;
    return given[verdict.category] ?? given.default ?? usual;
  };
  return (failures, verdict) =>
    Math.max(delayBy(choose(verdict), usual, [failures, random]), verdict.retryAfterMs ?? 0);
}

function isBackoff(value: NonNullable<RecoverPolicy['backoff']>): value is Backoff {
  return typeof (value as Partial<Backoff>).delayMs === 'function';
}

function budget(given: { readonly max: number; readonly per: Duration }, field: string): Budget {
  return { max: whole(given.max, `${field}.max`, 0), perMs: positive(given.per, `${field}.per`) };
}

function whole(value: number, field: string, least = 1): number {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return value;
  throw new InvalidOptionError(field, `must be a whole number >= ${String(least)}, or Infinity`);
}

function positive(value: Duration, field: string): number {
  const ms = parseDuration(value, field);
  if (ms <= 0) throw new InvalidOptionError(field, 'must be above 0');
  return ms;
}

function orNever(value: Duration, field: string, above = 1): number {
  if (value === Infinity) return Infinity;
  const ms = parseDuration(value, field);
  if (ms < above) throw new InvalidOptionError(field, 'must be above 0, or Infinity for never');
  return ms;
}
