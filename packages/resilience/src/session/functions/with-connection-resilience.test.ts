import { describe, expect, it } from 'vitest';
import type { RecoveryContext } from './connection-options.ts';
import { classifyExpired, coded, expired, Fragile, settled, setUp } from './testing/fragile.ts';
import { withConnectionResilience } from './with-connection-resilience.ts';

describe('a function with connection resilience', () => {
  it('what cannot be helped by a recovery is thrown at once', async () => {
    const { clock, options } = setUp();
    const fragile = new Fragile(0);
    for (const error of [new TypeError('x is not a function'), new Error('who knows'), coded('ENOSPC')]) {
      const gather = withConnectionResilience(
        async () => {
          fragile.calls += 1;
          throw error;
        },
        { ...options, recover: fragile.recover },
      );
      expect(await settled(clock, gather())).toEqual({ status: 'rejected', reason: error });
    }
    expect(fragile).toMatchObject({ calls: 3, recoveries: 0 });
  });

  it('a recovery goes on while anybody waits for it, and is told when nobody does', async () => {
    const { clock, options } = setUp({ classify: classifyExpired });
    const signals: AbortSignal[] = [];
    const recover = async ({ signal }: RecoveryContext): Promise<void> => {
      signals.push(signal);
      await clock.sleep(60_000, { signal });
    };
    const stop = new AbortController();
    const read = withConnectionResilience(async () => await Promise.reject(expired()), {
      ...options,
      recover,
      signal: stop.signal,
    });
    const both = Promise.allSettled([read(), read()]);
    await clock.advance(10_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    const reason = new Error('enough');
    stop.abort(reason);
    expect((await both).map((result) => (result as PromiseRejectedResult).reason as unknown)).toEqual([
      reason,
      reason,
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('a listener that throws does not end a call', async () => {
    const { clock, options } = setUp({
      onEvent: () => {
        throw new Error('the log is full');
      },
    });
    const warnings: unknown[] = [];
    const heard = (warning: unknown): void => void warnings.push(warning);
    process.on('warning', heard);
    expect(await settled(clock, withConnectionResilience(async () => 1, options)())).toMatchObject({
      value: 1,
    });
    process.off('warning', heard);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it.each([
    ['maxAttempts', { maxAttempts: -1 }],
    ['maxAttempts', { maxAttempts: 1.5 }],
    ['backoff.network', { backoff: { network: 3 as never } }],
  ])('%s that cannot work is refused when the function is made', (field, options) => {
    expect(() => withConnectionResilience(async () => 1, options)).toThrow(
      expect.objectContaining({ field }),
    );
  });

  it('keeps the name, the arguments and `this` of a function', async () => {
    const portal = {
      rows: 3,
      read: withConnectionResilience(async function read(this: { rows: number }, add: number) {
        return this.rows + add;
      }),
    };
    expect(portal.read.name).toBe('read');
    expect(await portal.read(4)).toBe(7);
  });
});
