import { expect, test } from 'vitest';
import { liveStatus } from '../../src/engine/live-status.ts';
import { NO_RESTARTS } from '../../src/model/engine-message.ts';
import { virtualMachine } from './virtual-engine.ts';

const LOCAL = {
  category: 'local',
  scope: 'none',
  safeToReplay: 'yes',
  evidence: 'code',
  code: 'EBUSY',
} as const;
const AROUND = { version: '0', restarts: NO_RESTARTS, uptimeMs: 0, incidents: [] } as const;

test('a source that cannot store what it fetched says that it waits for the disk, and no longer once it can', async () => {
  const machine = virtualMachine();
  const commit = machine.store.commit.bind(machine.store);
  let isFull = true;
  const full = Object.assign(new Error('There is no room for the store.'), { code: 'ENOSPC' });
  machine.store.commit = (work) => (isFull ? Promise.reject(full) : commit(work));
  const run = machine.start();
  const source = () => liveStatus(run.engine, AROUND).sources[0];
  const commits = () => run.events.filter(({ kind }) => kind === 'commit').length;
  expect(source()?.waitsForDisk).toBe(false);
  expect(await run.until(() => source()?.waitsForDisk === true)).toBe(true);
  expect(source()).toMatchObject({ state: 'waiting', reason: expect.stringMatching(/no room/) as string });
  expect(commits()).toBe(0);
  isFull = false;
  await run.until(() => commits() > 0);
  expect(source()).toMatchObject({ state: 'catching-up', waitsForDisk: false });
  await run.until(() => run.state() === 'ok');
  expect(source()?.waitsForDisk).toBe(false);
  await run.stop();
});

/** What a harvest writes by itself, and at which calls it is refused. */
const REFUSED = {
  claim: [1, 2, 3],
  release: [1, 2],
  commit: [1, 2, 3],
  plan: [1],
  putSource: [1, 2],
} as const;
const WRITES = ['claim', 'release', 'commit', 'plan', 'putSource'] as const;

test.each(WRITES.flatMap((write) => REFUSED[write].map((nth) => [write, nth] as const)))(
  'when the store refuses to %s, from call %d on and for a while, it is waited for and nothing is lost',
  async (write, nth) => {
    const machine = virtualMachine({ faults: ['missing-id@3'] });
    const { store, upstream } = machine;
    const works = store[write].bind(store) as (...given: readonly unknown[]) => Promise<unknown>;
    const busy = Object.assign(new Error('Another program holds the store.'), {
      code: 'EBUSY',
      verdict: LOCAL,
    });
    let calls = 0;
    let refused = 0;
    Object.assign(store, {
      [write]: (...given: readonly unknown[]) => {
        calls += 1;
        if (calls < nth || refused === 4) return works(...given);
        refused += 1;
        return Promise.reject(busy);
      },
    });
    const run = machine.start();
    await run.until(() => run.state() === 'ok' || run.ended() !== null);
    expect([run.ended(), run.state()]).toEqual([null, 'ok']);
    expect(refused).toBeGreaterThan(0);
    expect((await store.stats()).records).toBe([...upstream.truth()].length);
    await run.stop();
  },
);
