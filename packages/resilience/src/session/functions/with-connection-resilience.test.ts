import { describe, expect, it, vi } from 'vitest';
import type { RecoveryContext } from './connection-options.ts';
import { classifyExpired, coded, expired, Fragile, lost, settled, setUp } from './testing/fragile.ts';
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

  it.each([
    ['ended well', async (): Promise<void> => {}],
    ['failed', async (): Promise<never> => await Promise.reject(lost())],
  ])('what a recovery that %s has started is not ended by its signal', async (_, end) => {
    const { clock, options } = setUp({ maxAttempts: 1 });
    const fragile = new Fragile(1);
    const signals: AbortSignal[] = [];
    const recover = async ({ signal }: RecoveryContext): Promise<void> => {
      signals.push(signal);
      await fragile.recover();
      await end();
    };
    await settled(clock, withConnectionResilience(fragile.call, { ...options, recover })());
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('a call is ended by its signal while the machine is asked to stay awake; a hold that comes late is given back', async () => {
    const stop = new AbortController();
    const hold = Promise.withResolvers<{ release(): Promise<void> }>();
    const { options, reports } = setUp({ keepAwake: { acquire: () => hold.promise }, signal: stop.signal });
    const fragile = new Fragile(0);
    const call = withConnectionResilience(fragile.call, options)();
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(reports).toMatchObject([{ calls: 1, failed: 1, attempts: 0 }]);
    const release = vi.fn(async () => {});
    hold.resolve({ release });
    await vi.waitFor(() => expect(release).toHaveBeenCalledOnce());
    expect(fragile.calls).toBe(0);
  });

  it('a listener that throws does not end a call', async () => {
    const { clock, options } = setUp({
      onEvent: () => {
        throw new Error('the log is full');
      },
    });
    const warnings: unknown[] = [];
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warnings.push(text));
    const result = await settled(clock, withConnectionResilience(async () => 1, options)());
    warned.mockRestore();
    expect(result).toMatchObject({ value: 1 });
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

  it('what a recovery leaves running may recover later, when that one is over', async () => {
    const { clock, options } = setUp({ maxAttempts: 2 });
    const fragile = new Fragile(1);
    const later: Promise<string>[] = [];
    const read = withConnectionResilience(fragile.call, {
      ...options,
      recover: async () => {
        await fragile.recover();
        if (later.length === 0) later.push(clock.sleep(60_000).then(() => read()));
      },
    });
    await settled(clock, read());
    expect(fragile.recoveries).toBe(1);
    fragile.isBroken = true;
    expect(await settled(clock, Promise.all(later))).toMatchObject({ value: ['gathered'] });
    expect(fragile).toMatchObject({ calls: 4, recoveries: 2 });
  });
});
