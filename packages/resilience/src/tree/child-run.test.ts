import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { ChildRun } from './child-run.ts';
import type { ChildContext } from './child-spec.ts';

/** One run that a test ends, and what its listener was told. */
function begun(shutdownMs: number | 'brutal') {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const contexts: ChildContext[] = [];
  const run = new ChildRun(
    (context) => {
      contexts.push(context);
      return promise;
    },
    {
      clock,
      shutdownMs,
      listener: {
        ready: () => told.push('ready'),
        exited: (exit) => told.push(['exited', exit]),
        late: (exit) => told.push(['late', exit]),
      },
    },
  );
  return { clock, told, run, contexts, resolve, reject, settle: () => clock.advance(0) };
}

test('one that ends by itself is told as it ended; ready is passed on', async () => {
  const [good, bad] = [begun(100), begun(100)];
  good.contexts[0]?.ready();
  good.resolve();
  const error = new Error('x');
  bad.reject(error);
  await Promise.all([good.settle(), bad.settle()]);
  expect(good.told).toStrictEqual(['ready', ['exited', { ok: true }]]);
  expect(bad.told).toStrictEqual([['exited', { ok: false, error }]]);
});

test('one that ends while it is waited for tells only who stops it, and no timer is left', async () => {
  const { run, clock, told, resolve, contexts } = begun(100);
  const stopping = run.stop('why');
  expect([contexts[0]?.signal.reason, clock.pending]).toEqual(['why', 1]);
  resolve();
  expect(await stopping).toStrictEqual({ abandoned: false, exit: { ok: true } });
  expect([told, clock.pending]).toEqual([[], 0]);
});

test('one that takes too long is left, and what it does then is late, also when it obeys', async () => {
  const { run, clock, told, reject, settle } = begun(100);
  const stopping = run.stop('why');
  await clock.advance(100);
  expect(await stopping).toStrictEqual({ abandoned: true, limitMs: 100 });
  reject('why');
  await settle();
  expect(told).toStrictEqual([['late', { ok: false, error: 'why' }]]);
});

test('one that is waited for without end has no timer', async () => {
  const { run, clock, resolve } = begun(Number.POSITIVE_INFINITY);
  const stopping = run.stop('why');
  expect(clock.pending).toBe(0);
  resolve();
  expect(await stopping).toStrictEqual({ abandoned: false, exit: { ok: true } });
});

test('one that is stopped brutally is not waited for; late is only what is no obedience', async () => {
  const [finished, obeyed, failed] = [begun('brutal'), begun('brutal'), begun('brutal')];
  for (const { run, clock } of [finished, obeyed, failed]) {
    expect(await run.stop('why')).toStrictEqual({ abandoned: false });
    expect(clock.pending).toBe(0);
  }
  finished.resolve();
  obeyed.reject('why');
  failed.reject('other');
  await Promise.all([finished.settle(), obeyed.settle(), failed.settle()]);
  expect([finished.told, obeyed.told]).toEqual([[], []]);
  expect(failed.told).toStrictEqual([['late', { ok: false, error: 'other' }]]);
});
