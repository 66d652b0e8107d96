import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { RESET, setup, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';

/** A clock whose event loop a function can block. */
class BlockableClock extends VirtualClock {
  #blockedMs = 0;

  block(ms: number): void {
    this.#blockedMs += ms;
  }

  override monotonic(): number {
    return super.monotonic() + this.#blockedMs;
  }

  override boot(): number {
    return super.boot() + this.#blockedMs;
  }
}

test('a function that blocks the event loop before it fails is excused ten times a run, not for ever', async () => {
  const clock = new BlockableClock();
  const circuit = breaker({ name: 'b', failures: 3, openMs: '1h', clock });
  const { policy, events } = setup({
    clock,
    breaker: circuit,
    attemptTimeout: '1m',
    retry: { network: { attempts: 2, backoff: constant('1s') } },
  });
  let calls = 0;
  const block = (): Promise<never> => {
    calls += 1;
    clock.block(10_000);
    return Promise.reject(RESET());
  };
  const run = watch(policy.run(block));
  await clock.advance(60_000);
  // Ten that were excused, and three that count.
  expect([calls, failureOf(run.error)?.stopReason]).toEqual([13, 'attempts-exhausted']);
  const excused = events.flatMap((event) => (event.type === 'failure' ? [event.excused] : []));
  expect(excused).toEqual([...Array.from({ length: 10 }, () => 'asleep'), undefined, undefined, undefined]);
  expect(circuit.snapshot().kind).toBe('open');
});
