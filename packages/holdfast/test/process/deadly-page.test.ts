import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mustRun } from '../../../../drill/product/run-command.ts';
import { begin, eventsOf, makeBench, told } from './support.ts';

const PRELOAD = fileURLToPath(new URL('deadly/preload.ts', import.meta.url));

test('a page that kills three engines is set aside, visibly, and the rest of its source is harvested without it', async () => {
  const { home } = await makeBench({ records: 60 });
  const running = begin(home, ['run'], {
    env: {
      NODE_OPTIONS: `--import=${PRELOAD}`,
      HOLDFAST_TEST_DEADLY: '<identifier>oai:repo.example:7</identifier>',
    },
  });
  await told(running, ({ kind, state }) => kind === 'set-aside' && state === 'set-aside');
  const events = eventsOf(running);
  const aside = events.findIndex(({ kind }) => kind === 'set-aside');
  const deaths = events
    .slice(0, aside)
    .filter(({ kind, signal }) => kind === 'engine-exited' && signal === 'SIGKILL');
  expect(deaths).toHaveLength(3);
  await told(running, ({ kind, state }) => kind === 'set-aside' && state === 'tried-alone');
  await told(running, ({ kind }) => kind === 'cooling-down' || kind === 'engine-exited');
  const exported = await mustRun([...home.config, 'export', '--format', 'jsonl'], { env: home.env });
  expect(exported.split('\n').length).toBeGreaterThan(10);
  expect(exported).not.toContain('oai:repo.example:7"');
}, 120_000);
