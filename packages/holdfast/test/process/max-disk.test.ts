import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCommand } from '../../../../drill/product/run-command.ts';
import { begin, eventsOf, expectWhole, makeBench, told } from './support.ts';

const BOUND = 1_000_000;

test('a store at its bound is waited for in sight, and with a larger one the harvest goes on', async () => {
  const bench = await makeBench({ records: 1_500, pageSize: 50 });
  const { home } = bench;
  const running = begin(home, ['run'], { env: { HOLDFAST_MAX_DISK: String(BOUND) } });
  const { wait } = await told(running, (event) => event.kind === 'wait' && event.wait?.why === 'disk');
  expect(wait?.error?.code).toBe('ERR_STORE_FULL');
  expect(eventsOf(running).some(({ kind }) => kind === 'commit')).toBe(true);
  const { stdout } = await runCommand([...home.config, 'status', '--json'], { env: home.env });
  const { engine, sources } = JSON.parse(stdout) as {
    engine: { state: string };
    sources: { state: string; reason: string }[];
  };
  expect(engine.state).toBe('running');
  expect(sources[0]).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining('no room for the store'),
  });
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
  expect(statSync(home.storeFile).size).toBeLessThanOrEqual(BOUND);
  await expectWhole(bench);
});
