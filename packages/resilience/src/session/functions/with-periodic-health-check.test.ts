import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { settled } from './testing/fragile.ts';
import { withPeriodicHealthCheck } from './with-periodic-health-check.ts';

describe('a periodic health check', () => {
  it('calls that begin during a check wait for the recovery that it needs', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const call = withPeriodicHealthCheck(async (n: number) => void log.push(`call ${n}`), {
      every: 2,
      clock,
      check: async () => false,
      onUnhealthy: async () => {
        await clock.sleep(1_000);
        log.push('recovered');
      },
    });
    await settled(clock, Promise.all([call(1), call(2), call(3)]));
    expect(log).toEqual(['call 1', 'recovered', 'call 2', 'call 3']);
  });

  it('a recovery that fails is thrown by the call that was due, and the next check comes all the same', async () => {
    const clock = new VirtualClock();
    let checks = 0;
    const call = withPeriodicHealthCheck(async () => 'called', {
      every: 2,
      clock,
      check: async () => {
        checks += 1;
        return false;
      },
      onUnhealthy: async () => {
        if (checks === 1) throw new Error('cannot log in');
      },
    });
    const results: unknown[] = [];
    for (let n = 0; n < 4; n += 1) results.push((await settled(clock, call())).status);
    expect(results).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(checks).toBe(2);
  });

  it.each([0, -1, 1.5, Number.NaN])('an interval of %d is refused', (every) => {
    const options = { every, check: async () => true, onUnhealthy: async () => undefined };
    expect(() => withPeriodicHealthCheck(async () => undefined, options)).toThrow(/every/);
  });
});
