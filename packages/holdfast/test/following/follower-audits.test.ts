import { expect, test } from 'vitest';
import { completeUntil, readFacts } from '../../src/audit/report/index.ts';
import type { AuditRun } from '../../src/model/audit.ts';
import { virtualMachine } from '../engine/virtual-engine.ts';
import { follower, linesOf } from './follower.ts';

const HOUR_MS = 3_600_000;

/** Both have everything; `during` happens between the harvest and the audit. */
async function audited(
  during: (parts: Pair) => Promise<void> | void,
): Promise<{ pair: Pair; run: AuditRun }> {
  const far = virtualMachine({ records: 60 });
  const first = far.start();
  const near = follower(far);
  const pair = { far, near };
  const stopping = new AbortController();
  const running = near.engine.run(stopping.signal).catch(() => undefined);
  for (let hour = 0; hour < 36; hour += 1) await far.clock.advance(HOUR_MS);
  expect(await linesOf(near.store)).toEqual(await linesOf(far.store));
  await during(pair);
  const asked = near.engine.audit({ repair: true, budget: 50 });
  for (let minute = 0; minute < 20; minute += 1) await far.clock.advance(60_000);
  await asked;
  const [run] = await near.store.audits();
  if (run === undefined) throw new Error('nothing was audited');
  stopping.abort(new Error('the test is over'));
  await far.clock.advance(1_000);
  await running;
  await first.stop();
  return { pair, run };
}

interface Pair {
  readonly far: ReturnType<typeof virtualMachine>;
  readonly near: ReturnType<typeof follower>;
}

async function completeDay({ near }: Pair): Promise<string | null> {
  const [state] = await near.store.sources();
  if (state === undefined) throw new Error('there is no source');
  return completeUntil(await readFacts(near.store, state));
}

test('an audit of a follower raises no alarm where nothing is missing, deletions and new versions included', async () => {
  const { pair, run } = await audited(async ({ far }) => {
    const [changed = '', gone = ''] = [...far.upstream.truth()].map(({ id }) => id);
    far.upstream.newVersion(changed);
    far.upstream.remove(gone);
    for (let hour = 0; hour < 60; hour += 1) await far.clock.advance(HOUR_MS);
  });
  expect(run).toMatchObject({ state: 'ended', missing: 0 });
  expect(run.listed).toBeGreaterThan(0);
  expect(run.note).not.toContain('not proved');
  expect(await pair.near.store.gaps('near')).toEqual([]);
  expect(await linesOf(pair.near.store)).toEqual(await linesOf(pair.far.store));
  // Days are complete up to those that are not over yet.
  expect((await completeDay(pair)) ?? '').toBe(run.range.to);
});

test('ten records that a follower lost behind our back are found and repaired, and then all is complete', async () => {
  let lost: readonly string[] = [];
  const { pair, run } = await audited(async ({ near }) => {
    lost = (await near.store.held('near', { after: '', limit: 1_000 }))
      .filter(({ datestamp }) => datestamp < '2026-05-16')
      .map(({ id }) => id)
      .filter((_id, place) => place % 3 === 0)
      .slice(0, 10);
    near.store.lose('near', lost);
    expect((await linesOf(near.store)).length).toBe(50);
  });
  expect(lost.length).toBe(10);
  expect(run).toMatchObject({ state: 'ended', missing: 10 });
  expect(run.note).toContain('all of them are here now');
  expect(await linesOf(pair.near.store)).toEqual(await linesOf(pair.far.store));
  expect(await completeDay(pair)).toBe(run.range.to);
});
