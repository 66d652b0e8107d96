import { expect, onTestFinished, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { LeakRun } from '../testing/leak-run.ts';

// A million calls in a process of their own, with the memory that they keep, are tried in test/process/policy/leaks.test.ts.
test('10,000 calls of every kind leave no listener, no timer, no place and no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const clock = new VirtualClock();
  const run = new LeakRun(clock, () => clock.advance(100));
  const { listeners, places, ended } = await run.calls(10_000);
  expect({ listeners, places, timers: clock.pending, unhandled }).toEqual({
    listeners: 0,
    places: 0,
    timers: 0,
    unhandled: [],
  });
  expect(ended).toEqual({
    plain: 1_000,
    asynchronous: 1_000,
    'asked for its signal': 1_000,
    'told of progress': 1_000,
    'instead of undefined': 1_000,
    shared: 2_000,
    rejected: 2_000,
    disposed: 1_000,
    last: 990,
    hedged: 10,
  });
  expect(run.events).toBeGreaterThan(20_000);
});
