import { expect, test } from 'vitest';
import { mustRun } from '../../../../drill/product/run-command.ts';
import { makeBench } from './support.ts';

test('retry without an engine says that nothing runs, and what will happen', async () => {
  const { home } = await makeBench();
  await mustRun([...home.config, 'run', '--once', '--deadline', '1m'], { env: home.env });
  const told = await mustRun([...home.config, 'retry', 'src'], { env: home.env });
  expect(told).toMatch(/^No engine runs\. .*src.* once a harvest runs \(holdfast run\)\.\n$/);
});
