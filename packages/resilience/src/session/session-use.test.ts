import { expect, test } from 'vitest';
import { ResilienceError } from '../errors.ts';
import { FakeViewAdapter, hang } from './testing/fake-adapter.ts';
import { setup, setupOver, watch } from './testing/session-setup.ts';

test('work is repeated after a loss and after a call without an answer, on whatever generation lives', async () => {
  const s = setup({ callDeadline: '5s' });
  const seen: number[] = [];
  const work = watch(
    s.session.use((lease) =>
      lease.run(() => {
        seen.push(lease.generation);
        if (seen.length === 1) return hang<string>();
        if (seen.length === 2) s.adapter.peer.lost({ cause: 'crash' });
        return seen.length === 2 ? hang<string>() : Promise.resolve('done');
      }),
    ),
  );
  await s.clock.advance(5_000);
  expect(work.value).toBe('done');
  expect(seen).toEqual([1, 1, 2]);
});

test('work is run at most as often as it may, and not again when it must not be repeated', async () => {
  const s = setup();
  let runs = 0;
  const lose = async (): Promise<never> => {
    runs += 1;
    s.adapter.peer.lost({ cause: 'crash' });
    return hang<never>();
  };
  await expect(s.session.use((lease) => lease.run(lose), { attempts: 3 })).rejects.toMatchObject({
    code: 'ERR_SESSION_LOST',
    generation: 3,
  });
  expect(runs).toBe(3);
  await expect(s.session.use((lease) => lease.run(lose), { repeat: false })).rejects.toMatchObject({
    code: 'ERR_SESSION_LOST',
  });
  expect(runs).toBe(4);
});

test('an own error of the work is thrown by identity and never repeated', async () => {
  const s = setup();
  const mine = new Error('mine');
  let runs = 0;
  const work = s.session.use(() => {
    runs += 1;
    throw mine;
  });
  await expect(work).rejects.toBe(mine);
  expect(runs).toBe(1);
  expect(s.session.stats).toMatchObject({ leasesOut: 0, losses: 0 });
});

test('an error of the driver that came about beside run is judged too', async () => {
  const s = setup();
  const seen: number[] = [];
  const value = await s.session.use((lease) => {
    seen.push(lease.resource.id);
    if (seen.length > 1) return Promise.resolve('done');
    s.adapter.peer.alive = false;
    throw new Error('the driver says something odd');
  });
  expect(value).toBe('done');
  expect(seen).toEqual([1, 2]);
});

test('the abort of a caller settles at once with its reason, in whatever wait, and leaves no listener', async () => {
  const s = setup();
  const reason = new Error('enough');
  const controller = new AbortController();
  const added: string[] = [];
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    added.push('+');
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    added.push('-');
    remove(...args);
  };
  await s.session.use(() => Promise.resolve(), { signal });
  await (await s.session.lease({ signal })).release();
  expect(added.filter((each) => each === '+').length).toBe(added.filter((each) => each === '-').length);
  s.adapter.scripts.open = () => hang();
  s.adapter.peer.lost({ cause: 'crash' });
  const waits = [
    watch(s.session.use(() => Promise.resolve(), { signal })),
    watch(s.session.lease({ signal })),
  ];
  await s.clock.advance(10);
  controller.abort(reason);
  await s.clock.advance(0);
  expect(waits.map((each) => each.error)).toEqual([reason, reason]);
  const late = watch(s.session.use(() => Promise.resolve(), { signal }));
  await s.clock.advance(0);
  expect(late.error).toBe(reason);
});

test('the abort of a caller ends work that hangs, and its lease comes back', async () => {
  const s = setup();
  const controller = new AbortController();
  const work = watch(s.session.use(() => hang(), { signal: controller.signal }));
  await s.clock.advance(0);
  controller.abort('stop');
  await s.clock.advance(0);
  expect(work.error).toBe('stop');
  expect(s.session.stats.leasesOut).toBe(0);
});

test('uses can be nested, also where only one lease is lent at a time', async () => {
  for (const maxLeases of [undefined, 1]) {
    const s = setup();
    if (maxLeases !== undefined) s.adapter.maxLeases = maxLeases;
    const work = watch(
      s.session.use(() => s.session.use((lease) => lease.run((peer) => Promise.resolve(peer.id)))),
    );
    await s.clock.advance(0);
    expect(work.value).toBe(1);
    expect(s.session.stats.leasesOut).toBe(0);
  }
});

test('the loss of another session is not repeated here, nor taken for a loss of this one', async () => {
  const outer = setup();
  const inner = setup({}, outer.clock);
  let runs = 0;
  const work = outer.session.use(() => {
    runs += 1;
    return inner.session.use(
      (lease) =>
        lease.run(() => {
          inner.adapter.peer.lost({ cause: 'crash' });
          return hang<never>();
        }),
      { repeat: false },
    );
  });
  await expect(work).rejects.toMatchObject({ code: 'ERR_SESSION_LOST' });
  expect(runs).toBe(1);
  expect(outer.session.stats).toMatchObject({ losses: 0, probes: 1 });
});

test('where leases are limited the others queue, first come first served; a loss frees the places', async () => {
  const s = setup();
  s.adapter.maxLeases = 2;
  const order: string[] = [];
  const take = async (name: string): Promise<void> => {
    await s.session.lease();
    order.push(name);
  };
  for (const name of ['a', 'b', 'c', 'd', 'e']) void take(name);
  await s.clock.advance(0);
  expect(order).toEqual(['a', 'b']);
  s.adapter.peer.lost({ cause: 'crash' });
  await s.clock.advance(0);
  expect(order).toEqual(['a', 'b', 'c', 'd']);
});

test('the loss of a view ends that lease alone; three without a quiet time between end the resource', async () => {
  const adapter = new FakeViewAdapter();
  const s = setupOver(adapter, { recover: { stableAfter: '30s' } });
  const other = await s.session.lease();
  const crash = async (): Promise<void> => {
    await s.session.lease();
    adapter.views.at(-1)?.lost({ cause: 'crash' });
    await s.clock.advance(0);
  };
  await crash();
  await crash();
  expect(other.stale).toBe(false);
  expect(s.session.stats).toMatchObject({ viewLosses: 2, losses: 0, leasesOut: 1 });
  await s.clock.advance(30_000);
  await crash();
  await crash();
  expect(other.stale).toBe(false);
  await crash();
  expect(other.stale).toBe(true);
  expect(s.session.stats).toMatchObject({ viewLosses: 5, losses: 1 });
});

test('a lease whose view is lost rejects its call; use repeats it with another view', async () => {
  const adapter = new FakeViewAdapter();
  const s = setupOver(adapter);
  const views: number[] = [];
  const value = await s.session.use((lease) =>
    lease.run((view) => {
      views.push(view.id);
      if (views.length > 1) return Promise.resolve(view.peer.id);
      view.lost({ cause: 'closed' });
      return hang<number>();
    }),
  );
  expect([value, ...views]).toEqual([1, 1, 2]);
  expect(adapter.views.map((view) => view.closed)).toEqual([true, true]);
});

test('a view whose call was not answered is closed with its lease and lent to nobody again', async () => {
  const adapter = new FakeViewAdapter();
  const s = setupOver(adapter, { callDeadline: '5s' });
  const views: number[] = [];
  const work = watch(
    s.session.use((lease) =>
      lease.run((view) => {
        views.push(view.id);
        return views.length === 1 ? hang<string>() : Promise.resolve('done');
      }),
    ),
  );
  await s.clock.advance(5_000);
  expect([work.value, ...views]).toEqual(['done', 1, 2]);
  expect(adapter.views.map((view) => view.closed)).toEqual([true, true]);
  expect(s.session.stats).toMatchObject({ deadlines: 1, losses: 0, viewLosses: 0, opens: 1 });
});

test('a cancelled call whose view then turns out to have crashed is repeated with another view', async () => {
  const adapter = new FakeViewAdapter();
  const s = setupOver(adapter, { recover: { stableAfter: '30s' } });
  const cancelled = Object.assign(new Error('net::ERR_ABORTED'), {
    verdict: { category: 'cancelled', scope: 'none', safeToReplay: 'no', evidence: 'message' },
  });
  let runs = 0;
  adapter.base.scripts.probe = (call) => {
    // Drivers tell in order: the crash before the answer to what was asked later.
    if (call === 2) adapter.views.at(-1)?.lost({ cause: 'crash' });
  };
  const value = await s.session.use((lease) =>
    lease.run((view) => (++runs === 1 ? Promise.reject(cancelled) : Promise.resolve(view.id))),
  );
  expect([value, runs]).toEqual([2, 2]);
  expect(s.session.stats).toMatchObject({ viewLosses: 1, losses: 0 });
  await expect(s.session.use((lease) => lease.run(() => Promise.reject(cancelled)))).rejects.toBe(cancelled);
  expect(s.session.stats).toMatchObject({ viewLosses: 1, losses: 0 });
});

test('a view that cannot be opened at all is tried on a new resource, and the waiter gets it there', async () => {
  const adapter = new FakeViewAdapter();
  adapter.openView = (call) => {
    if (call <= 3) throw new ResilienceError('no', { code: 'ERR_X', hint: '' });
  };
  const s = setupOver(adapter);
  const lease = await s.session.lease();
  expect(lease.generation).toBe(2);
});

test('a view whose close hangs keeps its lease for a bounded time only', async () => {
  const adapter = new FakeViewAdapter();
  const s = setupOver(adapter);
  adapter.closeView = () => hang();
  const done = watch(s.session.use(() => Promise.resolve('done')));
  await s.clock.advance(5_000);
  expect(done.value).toBe('done');
  expect(s.session.stats.leasesOut).toBe(0);
});

test('work whose call may have taken effect for good is not run again: after a loss, a deadline, an error', async () => {
  const failures: readonly ((s: ReturnType<typeof setup>) => Promise<never>)[] = [
    (s) => {
      s.adapter.peer.lost({ cause: 'disconnected' });
      return hang<never>();
    },
    () => hang<never>(),
    () => Promise.reject(lostVerdict('the connection was lost during COMMIT', 'unknown')),
  ];
  for (const [at, fail] of failures.entries()) {
    const s = setup({ callDeadline: '5s' });
    let committing = false;
    s.adapter.inDoubt = () => committing;
    let runs = 0;
    const work = watch(
      s.session.use((lease) =>
        lease.run(() => {
          runs += 1;
          committing = true;
          return fail(s);
        }),
      ),
    );
    await s.clock.advance(5_000);
    const code = at === 1 ? 'ERR_TIMEOUT_CALL' : 'ERR_SESSION_LOST';
    expect(work.error).toMatchObject({ code, verdict: { safeToReplay: 'unknown' } });
    expect(runs).toBe(1);
  }
});

test('a loss that says itself that nothing may be repeated is told, not repeated', async () => {
  const s = setup();
  let runs = 0;
  const work = s.session.use(() => {
    runs += 1;
    throw lostVerdict('the message was refused', 'no');
  });
  await expect(work).rejects.toMatchObject({ code: 'ERR_SESSION_LOST', verdict: { safeToReplay: 'no' } });
  expect(runs).toBe(1);
});

test('the reason of the caller that a call was cancelled with is never taken for a loss, whatever it looks like', async () => {
  const s = setup();
  const controller = new AbortController();
  const { signal } = controller;
  const reason = lostVerdict('the browser of somebody else is gone', 'unknown');
  const told: unknown[] = [];
  const work = s.session.use(
    async (lease) => {
      const call = lease.run(() => {
        controller.abort(reason);
        return Promise.reject(reason);
      });
      await call.catch((error: unknown) => told.push(error));
    },
    { signal },
  );
  await expect(work).rejects.toBe(reason);
  await s.clock.advance(0);
  expect(told).toEqual([reason]);
  expect(s.session.stats).toMatchObject({ losses: 0, probes: 1 });
});

function lostVerdict(message: string, safeToReplay: 'unknown' | 'no'): ResilienceError {
  const verdict = { category: 'session-lost', scope: 'session', safeToReplay, evidence: 'class' } as const;
  return new ResilienceError(message, { code: 'ERR_X', hint: '', verdict });
}
