import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { newWindow } from '../store/testing/fixtures.ts';
import { claimAny, claimWhenFree } from './claim.ts';

async function heldByRedrive() {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  await store.putSource('s', 'oai-pmh', {});
  await store.plan([newWindow()]);
  const [window] = await store.windows('s');
  if (window === undefined) throw new Error('nothing was planned');
  const held = await store.claim({ owner: 'redrive', window: window.key, ttlMs: 60_000 });
  if (held === null) throw new Error('nothing was claimed');
  return { clock, store, window, held, deps: { store, clock, owner: 'engine' } };
}

test('a window that somebody else holds is waited for, and what was fetched is not thrown away', async () => {
  const { clock, store, window, held, deps } = await heldByRedrive();
  const stop = new AbortController();
  const one = claimWhenFree(window, deps, stop.signal);
  let claimed = false;
  void one.then(() => (claimed = true));
  await clock.advance(10_000);
  expect(claimed).toBe(false);
  await store.release(held);
  await clock.advance(1_000);
  expect((await one)?.window.key).toBe(window.key);
});

test('a window that is gone is not waited for; any other of its source does for an audit', async () => {
  const { clock, store, window, held, deps } = await heldByRedrive();
  const { signal } = new AbortController();
  const [one, any] = [claimWhenFree(window, deps, signal), claimAny('s', deps, signal)];
  await clock.advance(1_000);
  const spawn = [newWindow({ from: '2024-02-01', to: '2024-02-02' })];
  await store.commit({
    lease: held,
    batchId: 'b',
    prev: '',
    next: { cursor: '' },
    page: null,
    items: [],
    bad: [],
    drop: true,
    spawn,
    at: clock.now(),
  });
  await clock.advance(1_000);
  expect(await one).toBeNull();
  expect((await any)?.window.from).toBe('2024-02-01');
  expect(await claimAny('nobody', deps, signal)).toBeNull();
});
