import { expect, test } from 'vitest';
import { liveStatus } from '../../src/engine/live-status.ts';
import { NO_RESTARTS } from '../../src/model/engine-message.ts';
import { virtualMachine } from './virtual-engine.ts';

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
