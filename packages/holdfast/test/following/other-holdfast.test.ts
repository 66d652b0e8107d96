import { expect, test } from 'vitest';
import { virtualMachine } from '../engine/virtual-engine.ts';
import { follower, linesOf } from './follower.ts';

const DAY_MS = 86_400_000;

test('another Holdfast is followed: papers, versions and tombstones arrive as they are there', async () => {
  const far = virtualMachine({ records: 60 });
  const first = far.start();
  const near = follower(far);
  const stopping = new AbortController();
  const running = near.engine.run(stopping.signal).catch(() => undefined);
  const hasAll = async (): Promise<boolean> => {
    const [theirs, ours] = [await linesOf(far.store), await linesOf(near.store)];
    return theirs.length > 0 && theirs.join() === ours.join();
  };
  const settle = async (days: number): Promise<void> => {
    for (let step = 0; step < days * 24; step += 1) await far.clock.advance(DAY_MS / 24);
  };

  await settle(1);
  expect((await linesOf(far.store)).length).toBe(60);
  expect(await hasAll()).toBe(true);

  const [changed = '', gone = ''] = [...far.upstream.truth()].map(({ id }) => id);
  far.upstream.newVersion(changed);
  far.upstream.remove(gone);
  far.upstream.addRecords(7);
  await settle(3);
  expect((await far.store.show(gone))[0]?.fields.deleted).toBe(true);
  expect((await linesOf(far.store)).length).toBeGreaterThanOrEqual(67);
  expect(await hasAll()).toBe(true);
  const states = (await near.store.windows('near')).map(({ to, state }) => [to === null, state]);
  expect(states).toContainEqual([true, 'OPEN']);
  expect(states).toContainEqual([false, 'VERIFIED']);
  expect(near.urls.some((url) => url.includes('/api/identifiers'))).toBe(true);

  stopping.abort(new Error('the test is over'));
  await far.clock.advance(1_000);
  await running;
  await first.stop();
});

test('a day that the other one has not settled is not sealed here, and what comes there late arrives', async () => {
  const far = virtualMachine({ records: 60, faults: ['ListRecords:500@1x*', 'ListIdentifiers:500@1x*'] });
  const first = far.start();
  const near = follower(far);
  const stopping = new AbortController();
  const running = near.engine.run(stopping.signal).catch(() => undefined);
  for (let hour = 0; hour < 30; hour += 1) await far.clock.advance(3_600_000);
  expect((await linesOf(far.store)).length).toBe(0);
  expect(
    (await near.store.windows('near')).filter(({ state }) => state === 'SEALED' || state === 'VERIFIED'),
  ).toEqual([]);
  far.upstream.disarm();
  for (let hour = 0; hour < 8 * 24; hour += 1) await far.clock.advance(3_600_000);
  expect((await linesOf(far.store)).length).toBe(60);
  expect(await linesOf(near.store)).toEqual(await linesOf(far.store));
  stopping.abort(new Error('the test is over'));
  await far.clock.advance(1_000);
  await running;
  await first.stop();
});

test('an audit of a follower finds what its harvest does not see, and fetches it', async () => {
  const far = virtualMachine({ records: 60 });
  const first = far.start();
  const near = follower(far);
  const stopping = new AbortController();
  const running = near.engine.run(stopping.signal).catch(() => undefined);
  for (let hour = 0; hour < 24; hour += 1) await far.clock.advance(3_600_000);
  const whole = await linesOf(far.store);
  expect(await linesOf(near.store)).toEqual(whole);
  const [, lost = ''] = (await near.store.held('near', { after: '', limit: 10 })).map(({ id }) => id);
  near.store.lose('near', [lost]);
  expect((await linesOf(near.store)).length).toBe(whole.length - 1);

  const asked = near.engine.audit({ repair: true, budget: 50 });
  for (let minute = 0; minute < 10; minute += 1) await far.clock.advance(60_000);
  expect(await asked).toMatchObject([{ source: 'near' }]);
  expect(await near.store.audits()).toMatchObject([
    { source: 'near', state: 'ended', methods: ['identifiers'], missing: 1 },
  ]);
  expect(await linesOf(near.store)).toEqual(whole);

  stopping.abort(new Error('the test is over'));
  await far.clock.advance(1_000);
  await running;
  await first.stop();
});
