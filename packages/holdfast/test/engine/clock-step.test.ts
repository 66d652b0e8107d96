import { expect, test } from 'vitest';
import { virtualMachine } from './virtual-engine.ts';

const HOUR = 3_600_000;

/** Time from the step to the next request, and how many came within two days, with a step of the wall clock. */
async function afterStep(stepMs: number) {
  const { clock, start, requests, store, upstream, watch } = virtualMachine();
  const run = start();
  await run.until(() => run.state() === 'ok');
  const asked = requests();
  const from = clock.boot();
  clock.stepWall(stepMs);
  run.engine.clockStepped(stepMs);
  await run.until(() => requests() > asked);
  const waited = clock.boot() - from;
  await clock.advance(48 * HOUR);
  const days = (await store.windows('one')).map(({ from: day }) => day);
  await run.stop();
  return {
    waited,
    requests: requests() - asked,
    days,
    complete: (await store.stats()).records === [...upstream.truth()].length,
    impolite: watch.findings,
  };
}

test('a wall clock that is set forward or back by hours neither delays a poll nor brings a storm, and moves no day', async () => {
  const still = await afterStep(0);
  for (const step of [2 * HOUR, -2 * HOUR, 40 * 24 * HOUR, -40 * 24 * HOUR]) {
    const stepped = await afterStep(step);
    expect(stepped.waited).toBeLessThanOrEqual(still.waited + 60_000);
    expect(stepped.requests).toBeLessThanOrEqual(2 * still.requests + 20);
    expect(stepped).toMatchObject({ complete: true, impolite: [] });
    expect(stepped.days.toSorted().at(-1)).toBe(still.days.toSorted().at(-1));
  }
});

test('a run that is to end ends although the clock is set back in the middle of it', async () => {
  for (const step of [-2 * HOUR, 2 * HOUR]) {
    const { clock, start, requests } = virtualMachine({ once: true });
    const run = start();
    await run.until(() => requests() >= 3);
    clock.stepWall(step);
    run.engine.clockStepped(step);
    const from = clock.boot();
    await run.until(() => run.ended() !== null, 20_000);
    expect(run.ended()).toBe('finished');
    expect(clock.boot() - from).toBeLessThan(HOUR);
    expect(run.engine.sources()[0]?.end).toEqual({ caughtUp: true });
  }
});

test('a poll that fell due while the machine slept is asked on wake', async () => {
  const { clock, start, requests } = virtualMachine();
  const run = start();
  await run.until(() => run.state() === 'ok');
  const asked = requests();
  await clock.suspend(30 * HOUR);
  run.engine.woke({ sleptMs: 30 * HOUR });
  await clock.advance(2_000);
  expect(requests()).toBeGreaterThan(asked);
  await run.stop();
});

test('a poll that fell due while the whole virtual machine stood still is asked once its clock is set', async () => {
  const { clock, start, requests } = virtualMachine();
  const run = start();
  await run.until(() => run.state() === 'ok');
  const asked = requests();
  clock.stepWall(30 * HOUR);
  await clock.advance(10_000);
  expect(requests()).toBe(asked);
  run.engine.clockStepped(30 * HOUR);
  await clock.advance(2_000);
  expect(requests()).toBeGreaterThan(asked);
  await run.stop();
});
