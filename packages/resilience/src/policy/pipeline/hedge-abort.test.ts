import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { AFTER_100, expectNothingLeft, scene } from '../testing/hedge-scene.ts';
import { RESET, watch } from '../testing/policy-setup.ts';
import { hedged } from './hedge.ts';

describe('an abort of the attempt', () => {
  test('aborts all copies with its reason, by identity, and starts no more', async () => {
    const it = scene({ afterMs: () => 100, copies: 5 });
    const run = it.run();
    await it.clock.advance(150);
    const reason = { stop: true };
    it.attempt.abort(reason);
    expect(it.calls.map(({ signal }) => signal.reason)).toEqual([reason, reason]);
    expect(it.calls.every(({ signal }) => signal.reason === reason)).toBe(true);
    await run.promise;
    expect(run.error).toBe(reason);
    await it.clock.advance(10_000);
    expect([it.calls.length, it.log]).toEqual([2, ['hedge 1']]);
    expectNothingLeft(it);
  });

  test('passes on a reason that is null', async () => {
    const it = scene();
    const run = it.run();
    it.attempt.abort(null);
    await run.promise;
    expect([run.settled, run.error, it.call(0).signal.reason]).toEqual([true, null, null]);
  });

  test('is followed by the end of deaf copies: then it rejects, and their values are told', async () => {
    const it = scene(AFTER_100, { isDeaf: true });
    const run = it.run();
    await it.clock.advance(100);
    it.attempt.abort('stop');
    it.call(0).answer('late');
    await it.clock.advance(0);
    expect([run.settled, it.log]).toEqual([false, ['hedge 1', ['fulfilled', 'late']]]);
    const late = RESET();
    it.call(1).fail(late);
    await run.promise;
    expect([run.error, it.log.at(-1)]).toEqual(['stop', ['rejected', late]]);
  });

  test('that came before makes no call at all', async () => {
    const it = scene();
    it.attempt.abort('before');
    const run = it.run();
    await run.promise;
    expect([run.error, it.calls.length, it.log]).toEqual(['before', 0, []]);
    expectNothingLeft(it);
  });

  test('without a reason of its own reaches a copy that asks for its signal only afterwards', async () => {
    const clock = new VirtualClock();
    const attempt = new AbortController();
    let late: AbortSignal | undefined;
    const run = watch(
      (async () =>
        await hedged(
          async (context) => {
            await clock.sleep(50);
            late = context.signal;
            late.throwIfAborted();
          },
          AFTER_100,
          { clock },
        )({ signal: attempt.signal, attempt: 1, progress: () => {} }))(),
    );
    await clock.advance(10);
    attempt.abort();
    await clock.advance(40);
    expect(run.error).toBe(attempt.signal.reason);
    expect(late?.reason).toBe(attempt.signal.reason);
  });
});
