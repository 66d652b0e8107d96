import { describe, expect, test } from 'vitest';
import type { MachineSignals } from '../../events/machine-signals.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker, Permit } from '../breaker/breaker.ts';
import type { ConcurrencyLimit, Slot } from '../limit/concurrency-limit.ts';
import type { RateLimiter, Reservation } from '../limit/rate-limiter.ts';
import { bad, compose, deaf, ok } from '../testing/composed.ts';
import type { Composed } from '../testing/composed.ts';
import { FakeSignals } from '../testing/every-stage.ts';
import { failures, RULE, verdict } from '../testing/failing-run.ts';
import { RESET, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import type { PolicyOptions } from './options.ts';
import { SystemWakeError } from './system-wake-error.ts';

/** What a run asks of its parts, and how often. */

interface SpiedBreaker {
  readonly part: Breaker;
  readonly log: unknown[];
}

/** A breaker that gives these permits, one after the other, and then allows. */
function spyBreaker(permits: (Permit | Promise<Permit>)[], slow?: Breaker['rules']['slow']): SpiedBreaker {
  const real = breaker({ name: 'b', failures: 99, openMs: '1h' });
  const log: unknown[] = [];
  const rules = slow === undefined ? real.rules : { ...real.rules, slow };
  const part: Breaker = {
    name: 'b',
    rules,
    permitted: () => {
      log.push('permitted');
      return permits.shift() ?? real.permitted();
    },
    record: (outcome, _permit, durationMs) => void log.push([outcome, durationMs]),
    refusal: (permit) => real.refusal(permit),
    probeNow: () => void log.push('probeNow'),
    isolate: () => {},
    release: () => {},
    snapshot: () => real.snapshot(),
  };
  return { part, log };
}

const allowed = (): Permit => {
  const permit = breaker({ name: 'b', failures: 1, openMs: '1h' }).permitted();
  if (permit instanceof Promise) throw new Error('has no state to read');
  return permit;
};

/** Leave that an open circuit refuses for so long. */
function refused(retryAfterMs: number): Permit {
  const clock = compose(() => ({})).clock;
  const open = breaker({ name: 'b', failures: 1, openMs: retryAfterMs, clock, random: { next: () => 0 } });
  void open.record('failure', open.permitted() as Permit);
  return open.permitted() as Permit;
}

describe('a breaker', () => {
  const controller = new AbortController();

  test.each<[string, PolicyOptions<string>, { readonly signal?: AbortSignal }]>([
    ['in a quick run', {}, {}],
    ['with retries', { retry: { network: RULE } }, {}],
    ['with a deadline', { deadline: '1h' }, {}],
    ['with a caller', {}, { signal: controller.signal }],
    ['with a limit of its attempts', { attemptTimeout: '1h' }, {}],
  ])('is asked once an attempt, also where it answers later: %s', async (_name, options, runOptions) => {
    for (const permit of [allowed(), Promise.resolve(allowed())]) {
      const { part, log } = spyBreaker([permit]);
      const it = compose(() => ({ breaker: part, ...options }));
      const run = it.run([ok(500)], runOptions);
      await it.clock.advance(500);
      expect([run.value, log]).toEqual(['ok', ['permitted', ['success', 0]]]);
    }
  });

  test('is told how long an attempt took where slow calls count', async () => {
    const rule = { network: { attempts: 1, backoff: constant('1s') } };
    const { part, log } = spyBreaker([], { afterMs: 100, rate: 0.5 });
    const it = compose(() => ({ breaker: part, retry: rule }));
    const run = it.run([bad(300), ok(500)]);
    await it.clock.advance(10_000);
    expect(run.value).toBe('ok');
    expect(log).toEqual(['permitted', ['failure', 300], 'permitted', ['success', 500]]);
    const excused = spyBreaker([], { afterMs: 100, rate: 0.5 });
    const asleep = failures({ breaker: excused.part }, [verdict('network', { code: 'ERR_SYSTEM_WAKE' })]);
    await asleep.clock.advance(0);
    expect(excused.log).toEqual(['permitted', ['none', 0]]);
  });

  test('that refuses is not asked again before its time, and once then', async () => {
    for (const later of [false, true]) {
      for (const options of [{ attemptTimeout: '1h' }, { deadline: '1h' }]) {
        const permit = refused(2_000);
        const { part, log } = spyBreaker([later ? Promise.resolve(permit) : permit]);
        const it = compose(() => ({ breaker: part, retry: { network: RULE }, ...options }));
        const run = it.run([ok()]);
        await it.clock.advance(1_999);
        expect(log).toEqual(['permitted']);
        await it.clock.advance(1);
        expect([run.value, log]).toEqual(['ok', ['permitted', 'permitted', ['success', 0]]]);
        expect(it.events.find(({ type }) => type === 'wait')).toMatchObject({
          kind: 'circuit',
          delayMs: 2_000,
        });
      }
    }
  });

  test('that refuses a run without retries is asked once, and its answer is the error', async () => {
    for (const later of [false, true]) {
      for (const options of [{}, { deadline: '1h' }]) {
        const permit = refused(2_000);
        const { part, log } = spyBreaker([later ? Promise.resolve(permit) : permit]);
        const it = compose(() => ({ breaker: part, ...options }));
        const run = it.run([ok()]);
        await it.clock.advance(0);
        expect(run.error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryAfterMs: 2_000 });
        expect(failureOf(run.error)).toEqual({
          attempts: [],
          stopReason: 'circuit-open',
          retryAfterMs: 2_000,
        });
        expect([log, it.starts, it.clock.pending]).toEqual([['permitted'], [], 0]);
      }
    }
  });

  test('is probed when somebody ends the wait for it, and the next wait is a turn', async () => {
    const { part, log } = spyBreaker([refused(2_000), refused(1_000), refused(1_000)]);
    const it = compose(() => ({ breaker: part, retry: { network: RULE } }));
    const run = it.run([ok()], { onWait: (wait) => void wait.end() });
    await it.clock.advance(999);
    const waits = (): unknown => it.events.flatMap((event) => (event.type === 'wait' ? [event.kind] : []));
    expect([log, waits()]).toEqual([
      ['permitted', 'probeNow', 'permitted'],
      ['circuit', 'turn'],
    ]);
    await it.clock.advance(1_001);
    expect(run.value).toBe('ok');
    // Its turn has come and gone, so it may end the wait for the circuit again.
    expect(waits()).toEqual(['circuit', 'turn', 'circuit']);
    expect(log).toEqual([
      'permitted',
      'probeNow',
      'permitted',
      'permitted',
      'probeNow',
      'permitted',
      ['success', 0],
    ]);
  });
});

describe('a rate', () => {
  function spyRate(waits: number[][]): { part: RateLimiter; log: unknown[] } {
    const log: unknown[] = [];
    const reserve = (key?: string): Reservation => {
      log.push(['reserve', key]);
      const left = waits.shift() ?? [];
      return {
        get waitMs(): number {
          return left.length > 1 ? (left.shift() ?? 0) : (left[0] ?? 0);
        },
        cancel: () => void log.push('cancel'),
      };
    };
    return { part: { limit: 1, perMs: 1, reserve, pause: () => {} }, log };
  }

  test('is waited for also when it is less than a millisecond, and again when a pause put it off', async () => {
    const { part, log } = spyRate([[0.5, 0.5, 0.5, 0.25, 0]]);
    const it = compose(() => ({ rate: part }));
    const run = it.run([ok()], { key: 'k' });
    await it.clock.advance(0.5);
    expect(it.starts).toEqual([]);
    await it.clock.advance(1);
    expect([run.value, log]).toEqual(['ok', [['reserve', 'k']]]);
    const waits = it.events.flatMap((event) => (event.type === 'wait' ? [[event.kind, event.delayMs]] : []));
    expect(waits).toEqual([
      ['rate', 0.5],
      ['rate', 0.25],
    ]);
  });

  test('gets back a start that comes too late for the deadline, and keeps one that comes just in time', async () => {
    const { part, log } = spyRate([[1_000], [999, 999, 0]]);
    const it = compose(() => ({ rate: part, deadline: '1s' }));
    const late = it.run([ok()]);
    await it.clock.advance(0);
    expect(failureOf(late.error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 1_000 });
    expect(log[0]).toEqual(['reserve', undefined]);
    expect(log[1]).toBe('cancel');
    log.length = 0;
    const run = it.run([ok()]);
    await it.clock.advance(999);
    expect([run.value, log]).toEqual(['ok', [['reserve', undefined]]]);
  });

  test('gives an error of the run where one was thrown before', async () => {
    const { part } = spyRate([[0], [5_000]]);
    const it = compose(() => ({ rate: part, deadline: '4s', retry: { network: RULE } }));
    const error = RESET();
    const run = it.run([bad(0, () => error)]);
    await it.clock.advance(1_000);
    expect(run.error).toBe(error);
    expect(failureOf(error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 5_000 });
  });
});

describe('a limit of concurrency', () => {
  function spyLimit(places: (Slot | Promise<Slot>)[]): { part: ConcurrencyLimit; signals: unknown[] } {
    const signals: unknown[] = [];
    const snapshot = () => ({ limit: 1, running: 0, queued: 0, abandoned: 0 });
    const acquire = (signal?: AbortSignal): Slot | Promise<Slot> => {
      signals.push(signal);
      return places.shift() ?? { release: () => {}, abandon: () => {} };
    };
    return { part: { kind: 'bulkhead', acquire, snapshot }, signals };
  }

  test('is given a signal only where something can stop the run, and the same at each attempt', async () => {
    const none = spyLimit([]);
    const free = compose(() => ({ concurrency: none.part, retry: { network: RULE } }));
    free.run([bad(), ok()]);
    await free.clock.advance(1_000);
    expect(none.signals).toEqual([undefined, undefined]);
    const some = spyLimit([]);
    const bound = compose(() => ({ concurrency: some.part, retry: { network: RULE }, deadline: '5s' }));
    const run = bound.run([bad(), deaf(60_000)]);
    await bound.clock.advance(1_000);
    const [signal, again] = some.signals as AbortSignal[];
    expect([signal === again, signal?.aborted]).toEqual([true, false]);
    await bound.clock.advance(4_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE', limitMs: 5_000 });
    expect(signal?.reason).toBe(run.error);
  });

  test('gets back a place that came after the run was stopped, unused', async () => {
    const later = Promise.withResolvers<Slot>();
    const log: unknown[] = [];
    const { part } = spyLimit([later.promise]);
    const it = compose(() => ({ concurrency: part, deadline: '1s' }));
    const run = it.run([ok()]);
    await it.clock.advance(1_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE' });
    later.resolve({ release: (...all) => void log.push(all), abandon: () => void log.push('abandon') });
    await it.clock.advance(0);
    expect([log, it.starts]).toEqual([[['none', 0]], []]);
  });

  test('makes a probe free for others while it is waited for', async () => {
    const later = Promise.withResolvers<Slot>();
    const { part } = spyLimit([later.promise]);
    const { part: circuit, log } = spyBreaker([]);
    const it = compose(() => ({ concurrency: part, breaker: circuit }));
    const run = it.run([ok()]);
    await it.clock.advance(0);
    expect(log).toEqual(['permitted', ['none', undefined]]);
    later.resolve({ release: () => {}, abandon: () => {} });
    await it.clock.advance(0);
    expect([run.value, log.slice(2)]).toEqual(['ok', ['permitted', ['success', 0]]]);
  });
});

describe('a signal of the caller', () => {
  test('that is null is none, and one that is no signal is refused by name', async () => {
    const it = compose(() => ({}));
    const none = it.run([ok()], { signal: null as unknown as AbortSignal });
    const wrong = it.run([ok()], { signal: new AbortController() as unknown as AbortSignal });
    await it.clock.advance(0);
    expect(none.value).toBe('ok');
    expect(wrong.error).toMatchObject({ code: 'ERR_INVALID_OPTION', field: 'run.signal' });
    expect(it.starts).toEqual([0]);
  });
});

describe('the machine', () => {
  const HOUR = 3_600_000;

  function onMachine(options: PolicyOptions<string> = {}): Composed & { machine: FakeSignals } {
    const machine = new FakeSignals();
    return { ...compose(() => ({ machine, retry: { network: RULE }, ...options })), machine };
  }

  test('wakes: the attempt under way ends with how long it slept', async () => {
    const it = onMachine({ retry: {} });
    const run = it.run([ok(HOUR)]);
    await it.clock.advance(10);
    it.machine.tell({ kind: 'wake', sleptMs: 1_234 });
    await it.clock.advance(0);
    expect(run.error).toBeInstanceOf(SystemWakeError);
    expect(run.error).toMatchObject({ code: 'ERR_SYSTEM_WAKE', sleptMs: 1_234 });
    expect(it.machine.listeners.size).toBe(0);
  });

  test.each([
    [1_000, true],
    [999, false],
  ])(
    'wakes from a sleep of %d ms in a wait of a second: the next starts at once: %s',
    async (sleptMs, isOver) => {
      const it = onMachine();
      const run = it.run([bad(), ok()]);
      await it.clock.advance(0);
      await it.clock.suspend(sleptMs);
      it.machine.tell({ kind: 'online' });
      it.machine.tell({ kind: 'wake', sleptMs });
      await it.clock.advance(1);
      expect(it.starts).toHaveLength(isOver ? 2 : 1);
      await it.clock.advance(999);
      expect([run.value, it.clock.pending]).toEqual(['ok', 0]);
    },
  );

  test('loses its network and has it again during an attempt: what it did is excused, and what it does next is not', async () => {
    const it = onMachine({ retry: { network: { ...RULE, attempts: 1 } } });
    const run = it.run([bad(1_000)]);
    await it.clock.advance(500);
    it.machine.tell({ kind: 'offline' });
    it.machine.tell({ kind: 'online' });
    await it.clock.advance(10_000);
    expect(failureOf(run.error)?.attempts.map(({ excused }) => excused)).toEqual([
      'offline',
      undefined,
      undefined,
    ]);
    // There is a network, so nothing is waited for after the first.
    expect(it.starts).toEqual([0, 1_000, 3_000]);
  });

  test('gets its network back just before the wait for it begins', async () => {
    let looks = 0;
    const machine: MachineSignals = {
      get online(): boolean {
        looks += 1;
        // As the attempt begins, and before the wait; and then it is back.
        return looks > 2;
      },
      subscribe: () => () => {},
    };
    const it = compose(() => ({ machine, retry: { network: RULE } }));
    const run = it.run([bad(), ok()]);
    await it.clock.advance(0);
    expect([run.value, it.starts, it.clock.pending]).toEqual(['ok', [0, 0], 0]);
  });
});

describe('time that was lost', () => {
  test.each<[string, PolicyOptions<string>, 'asleep' | undefined]>([
    ['a timeout', { attemptTimeout: '1m' }, 'asleep'],
    ['no timeout', {}, undefined],
    ['a timeout of each copy', { attemptTimeout: '1m', hedge: { after: '1h' } }, undefined],
  ])('with monotonic time going on is known with %s: %s', async (_name, options, excused) => {
    const it = compose(() => options);
    const run = watch(
      it.policy.run(async () => {
        await it.clock.sleep(10_000);
        throw RESET();
      }),
    );
    await it.clock.advance(5_000);
    await it.clock.suspend(8 * 3_600_000, { monotonic: true });
    await it.clock.advance(5_000);
    expect(failureOf(run.error)?.attempts[0]?.excused).toBe(excused);
  });
});

test('the oldest of more than 32 failed attempts are forgotten', async () => {
  const it = compose(() => ({ retry: { network: { attempts: 34, backoff: constant(1) } } }));
  const run = it.run([bad()]);
  await it.clock.advance(1_000);
  const numbers = failureOf(run.error)?.attempts.map(({ attempt }) => attempt);
  expect(numbers).toEqual(Array.from({ length: 32 }, (_, index) => index + 4));
});
