import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { within } from './within.ts';

const never = new Promise<never>(() => undefined);

describe('waiting for a driver', () => {
  it('gives what it gives, or what it rejects with', async () => {
    const clock = new VirtualClock();
    expect(await within({ clock, ms: 10 }, Promise.resolve('answer'))).toBe('answer');
    const failure = new Error('driver');
    await expect(within({ clock, ms: 10 }, Promise.reject(failure))).rejects.toBe(failure);
  });

  it('ends after the time that was given', async () => {
    const clock = new VirtualClock();
    const waiting = within({ clock, ms: 10 }, never);
    const [outcome] = await Promise.all([Promise.allSettled([waiting]), clock.advance(10)]);
    expect(outcome).toMatchObject([{ reason: { code: 'ERR_TIMEOUT_CALL', limitMs: 10 } }]);
  });

  it('ends with the reason of its signal, also when that has aborted already', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const waiting = within({ clock, ms: 10, signal: abort.signal }, never);
    const reason = new Error('not wanted');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(within({ clock, ms: 10, signal: abort.signal }, never)).rejects.toBe(reason);
  });
});
