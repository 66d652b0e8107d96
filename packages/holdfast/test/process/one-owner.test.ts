import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from '../../../../drill/product/run-command.ts';
import { readLedger } from '../../../../drill/kill/simulator.ts';
import { begin, expectWhole, isAlive, makeBench, told, until } from './support.ts';
import type { Bench } from './support.ts';

/** Slow enough to be in the middle for as long as a test needs. */
const SLOW = { source: { minIntervalMs: 100 } };

const enginePid = async (running: ReturnType<typeof begin>): Promise<number> =>
  (await told(running, ({ kind }) => kind === 'ready')).pid ?? 0;

async function expectFree(bench: Bench): Promise<void> {
  // Takes the store's lock itself, since no engine is there to be asked.
  expect((await runCommand([...bench.home.config, 'verify'], { env: bench.home.env })).code).toBe(0);
}

test('a second run on the same store ends with 75 and says why, and disturbs nothing', async () => {
  const bench = await makeBench({}, SLOW);
  const first = begin(bench.home, ['run']);
  await told(first, ({ kind }) => kind === 'commit');
  const second = await runCommand([...bench.home.config, 'run', '--once'], { env: bench.home.env });
  expect(second.code).toBe(75);
  expect(second.stderr).toMatch(/Another engine is working on the store/);
  const seen = first.printed().length;
  await until(() => first.printed().slice(seen).includes('"kind":"commit"'));
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  await expectWhole(bench);
});

test('of five runs that start at the same moment exactly one owns the store', async () => {
  const bench = await makeBench({ records: 60 }, SLOW);
  const codes = await Promise.all(
    Array.from({ length: 5 }, async () =>
      runCommand([...bench.home.config, 'run', '--once', '--deadline', '1m'], { env: bench.home.env }),
    ),
  );
  expect(codes.map(({ code }) => code ?? -1).toSorted((a, b) => a - b)).toEqual([0, 75, 75, 75, 75]);
  await expectWhole(bench);
});

test('an engine whose parent was killed ends by itself and frees the store', async () => {
  const bench = await makeBench({}, SLOW);
  const parent = begin(bench.home, ['run']);
  const engine = await enginePid(parent);
  await told(parent, ({ kind }) => kind === 'commit');
  parent.child.kill('SIGKILL');
  await until(async () => !(await isAlive(engine)));
  await expectFree(bench);
  await expectWhole(bench);
});

test.each([
  ['busy', 'for (;;);'],
  ['asleep', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
])('an engine whose main loop is %s for ever ends with its parent all the same', async (_name, block) => {
  const bench = await makeBench({}, SLOW);
  const marker = join(bench.folder, 'blocked');
  const preload = join(bench.folder, 'block.mjs');
  writeFileSync(
    preload,
    `import { subscribe } from 'node:diagnostics_channel';
     import { writeFileSync } from 'node:fs';
     let pages = 0;
     subscribe('holdfast:phase', ({ phase }) => {
       if (phase !== 'parse' || (pages += 1) < 3) return;
       writeFileSync(${JSON.stringify(marker)}, String(process.pid));
       ${block}
     });`,
  );
  const parent = begin(bench.home, ['run'], {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` },
  });
  const engine = await enginePid(parent);
  const { existsSync } = await import('node:fs');
  await until(() => existsSync(marker));
  expect(await isAlive(engine)).toBe(true);
  parent.child.kill('SIGKILL');
  await until(async () => !(await isAlive(engine)));
  await expectFree(bench);
  await expectWhole(bench);
});

test('a run that was caught up and is started again waits for its next poll instead of asking at once', async () => {
  const bench = await makeBench({ records: 60 });
  const requests = (): number =>
    readLedger(bench.simulator.ledgerFile).filter(({ type }) => type === 'request').length;
  const asked: number[] = [];
  for (let start = 0; start < 2; start += 1) {
    const running = begin(bench.home, ['run']);
    await told(running, ({ kind, state }) => kind === 'state' && state === 'ok');
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    asked.push(requests());
  }
  expect(asked[0]).toBeGreaterThan(3);
  expect(asked[1]).toBe(asked[0]);
  await expectWhole(bench);
});
