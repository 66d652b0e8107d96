import { expect, test } from 'vitest';
import { liveStatus } from '../../src/engine/live-status.ts';
import { judgeRun } from '../../src/engine/run-end.ts';
import { keepStates } from '../../src/engine/state-keeper.ts';
import { NO_RESTARTS } from '../../src/model/engine-message.ts';
import { virtualMachine } from './virtual-engine.ts';

const HOUR = 3_600_000;

const AROUND = { version: '0', restarts: NO_RESTARTS, uptimeMs: 0, incidents: [] } as const;

test('a paused source asks nothing, over restarts too, until it is resumed, and then loses nothing', async () => {
  const { clock, store, upstream, start, requests } = virtualMachine();
  const first = start();
  await first.until(() => requests() >= 3);
  expect(await first.engine.pause('one')).toEqual(['one']);
  const asked = requests();
  await clock.advance(48 * HOUR);
  expect(requests()).toBe(asked);
  expect(liveStatus(first.engine, AROUND).sources[0]).toMatchObject({ state: 'paused' });
  await keepStates(first.engine, store, clock, AbortSignal.abort());
  expect((await store.sources())[0]).toMatchObject({
    state: 'paused',
    reason: expect.stringMatching(/^paused since 2026-05-17T/) as string,
  });
  await first.stop();

  const second = start();
  await clock.advance(48 * HOUR);
  expect([requests(), second.state()]).toEqual([asked, 'paused']);
  expect(await second.engine.resume()).toEqual(['one']);
  await second.until(() => second.state() === 'ok');
  expect((await store.stats()).records).toBe([...upstream.truth()].length);
  await second.stop();
});

test('a pause in the middle of a wait that nobody can end takes effect at once', async () => {
  const { clock, start, requests } = virtualMachine({ faults: ['any:429-retry-after@1x*'] });
  const run = start();
  await run.until(() => run.state() === 'throttled');
  const asked = requests();
  await run.engine.pause('one');
  await clock.advance(HOUR);
  expect([requests(), run.state()]).toEqual([asked, 'paused']);
  await run.stop();
});

test('a run that is to end does not wait for a paused source, and says that it is paused', async () => {
  const { store, start } = virtualMachine({ once: true });
  const before = start();
  await before.engine.pause();
  await before.stop();
  const run = start();
  await run.until(() => run.ended() !== null);
  expect(judgeRun(run.engine, { ...(await store.stats()), isDamaged: false, unwritten: [] })).toMatchObject({
    code: 4,
    summary: '0 records in the store; paused (holdfast resume): one',
  });
});

test('nobody is paused by a name that no source has', async () => {
  const { start } = virtualMachine();
  const run = start();
  expect(await run.engine.pause('other')).toEqual([]);
  await run.stop();
});

test('a pause or its end that the disk did not take is written when it is asked for again', async () => {
  const { store, start } = virtualMachine();
  const run = start();
  await run.until(() => run.state() === 'ok');
  const putSource = store.putSource.bind(store);
  const full = Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
  for (const how of ['pause', 'resume'] as const) {
    store.putSource = () => Promise.reject(full);
    await expect(run.engine[how]()).rejects.toBe(full);
    store.putSource = putSource;
    await run.engine[how]();
    const memory = (await store.sources())[0]?.memory;
    expect(memory?.['paused'] !== undefined).toBe(how === 'pause');
  }
  await run.stop();
});
