import { expect, test } from 'vitest';
import { judgeRun, leaveRun } from '../../src/engine/run-end.ts';
import { virtualMachine } from './virtual-engine.ts';

const summaryOf = async (
  { store }: Pick<ReturnType<typeof virtualMachine>, 'store'>,
  { engine }: ReturnType<ReturnType<typeof virtualMachine>['start']>,
): Promise<string> => leaveRun(engine, { ...(await store.stats()), isDamaged: false, unwritten: [] }).summary;

test('a stopped run does not call a source behind that merely waits for its poll', async () => {
  const machine = virtualMachine();
  const run = machine.start();
  await run.until(() => run.state() === 'ok');
  await run.stop();
  const { records } = await machine.store.stats();
  expect(records).toBeGreaterThan(0);
  expect(await summaryOf(machine, run)).toBe(`${String(records)} records in the store`);
});

test('a stopped run names the sources that are behind, and how they stand', async () => {
  const machine = virtualMachine({ faults: ['any:429-retry-after@1x*'] });
  const run = machine.start();
  await run.until(() => run.state() === 'throttled');
  await run.stop();
  expect(await summaryOf(machine, run)).toBe('0 records in the store; behind: one (throttled)');
});

test('a stopped run that has only begun is catching up, and one that is paused says so', async () => {
  const machine = virtualMachine();
  const run = machine.start();
  await run.until(() => machine.requests() >= 2);
  expect(await summaryOf(machine, run)).toMatch(/records in the store; behind: one \(catching-up\)$/);
  await run.engine.pause();
  await run.stop();
  expect(await summaryOf(machine, run)).toMatch(/records in the store; paused \(holdfast resume\): one$/);
});

test('a run that was to end tells of damage of the store before anything else; to be stopped is no failure', async () => {
  const machine = virtualMachine({ once: true });
  const run = machine.start();
  await run.until(() => run.ended() !== null);
  const stats = await machine.store.stats();
  expect(judgeRun(run.engine, { ...stats, isDamaged: false, unwritten: [] })).toMatchObject({ code: 0 });
  const damaged = { ...stats, gapsOpen: 1, isDamaged: true, unwritten: [] };
  const { code, summary } = judgeRun(run.engine, damaged);
  expect([code, summary]).toEqual([
    5,
    `${String(stats.records)} records in the store; it does not hold what was written (holdfast verify); 1 gaps open (holdfast gaps)`,
  ]);
  expect(leaveRun(run.engine, damaged)).toEqual({ code: 0, summary });
  const unwritten = ['papers.jsonl cannot be written: its folder is not there.'];
  expect(judgeRun(run.engine, { ...stats, isDamaged: false, unwritten })).toEqual({
    code: 4,
    summary: `${String(stats.records)} records in the store; papers.jsonl cannot be written: its folder is not there`,
  });
  await run.stop();
});
