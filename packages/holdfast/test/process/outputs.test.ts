import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killGroup, mustRun, runCommand } from '../../../../drill/product/run-command.ts';
import { Dice } from '../../../../drill/kill/random.ts';
import { chosenSeed } from './seed.ts';
import { begin, expectWhole, makeBench, told, until } from './support.ts';
import type { Bench } from './support.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const KILLS = FULL ? 60 : 4;
const SEED = chosenSeed('outputs');

interface Line {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
}

/** A home whose engine keeps both outputs. */
async function withOutputs(): Promise<{ bench: Bench; jsonl: string; summary: string }> {
  const bench = await makeBench({ records: FULL ? 1_500 : 300, pageSize: 10 });
  const { folder } = bench.home;
  const [jsonl, summary] = [join(folder, 'papers.jsonl'), join(folder, 'summary.json')];
  const file = join(folder, 'holdfast.config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(
    file,
    JSON.stringify({ ...config, outputs: { jsonl: 'papers.jsonl', summary: 'summary.json' } }),
  );
  return { bench, jsonl, summary };
}

function exported({ home }: Bench): Promise<string> {
  return mustRun([...home.config, 'export', '--format', 'jsonl'], { env: home.env });
}

/** Each line once, in the order of the feed, and of each paper the last line is what an export gives. */
async function expectSame(bench: Bench, jsonl: string): Promise<void> {
  const text = readFileSync(jsonl, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const all = text.split('\n').slice(0, -1);
  const seqs = all.map((line) => (JSON.parse(line) as Line).seq);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  const latest = new Map(all.map((line) => [(JSON.parse(line) as Line).id, line]));
  const wanted = (await exported(bench)).split('\n').slice(0, -1);
  expect([...latest.values()].toSorted()).toEqual(wanted.toSorted());
}

test(`the JSONL output equals the store's export after ${KILLS} kills of the engine or the whole tree`, async () => {
  const { bench, jsonl, summary } = await withOutputs();
  const dice = new Dice(SEED);
  let fired = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const running = begin(bench.home, ['run']);
    const { pid = 0 } = await told(running, ({ kind }) => kind === 'ready');
    // What the moment is, the seed and the machine decide: before, during and after the first bytes of the output.
    await new Promise((resolve) => setTimeout(resolve, dice.upTo(2_500)));
    if (kill % 2 === 0) {
      process.kill(pid, 'SIGKILL');
      await told(running, ({ kind, signal }) => kind === 'engine-exited' && signal === 'SIGKILL');
    }
    killGroup(running.pid);
    expect((await running.ended).signal).toBe('SIGKILL');
    fired += 1;
  }
  expect(fired).toBe(KILLS);
  await expectWhole(bench);
  await expectSame(bench, jsonl);
  const written = JSON.parse(readFileSync(summary, 'utf8')) as Record<string, unknown>;
  expect(written, `seed ${SEED}`).toMatchObject({
    total_papers: bench.simulator.corpus.records,
    connection_health: { failures: expect.any(Number) as number, uptime_hours: expect.any(Number) as number },
  });
});

test('a run that ends says by 4, and in an incident, that an output could not be written', async () => {
  const { bench, jsonl } = await withOutputs();
  const file = join(bench.home.folder, 'holdfast.config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...config, outputs: { jsonl: join('absent', 'papers.jsonl') } }));
  const { code, stderr, stdout } = await runCommand(
    [...bench.home.config, 'run', '--once', '--deadline', '15s', '--plain'],
    { env: bench.home.env },
  );
  expect([code, stdout + stderr]).toEqual([4, expect.stringContaining('its folder is not there')]);
  expect(existsSync(jsonl)).toBe(false);
  const { stdout: incidents } = await runCommand([...bench.home.config, 'incidents', '--json'], {
    env: bench.home.env,
  });
  expect(JSON.parse(incidents)).toContainEqual(
    expect.objectContaining({ cause: 'disk', scope: 'output jsonl', state: 'open' }),
  );
});

test('export --follow prints what an engine commits, over its end and its next start, and ends on Ctrl-C', async () => {
  const { bench } = await withOutputs();
  const deadline = ['run', '--once', '--deadline', '1m'];
  const first = begin(bench.home, ['run']);
  await told(first, ({ kind }) => kind === 'commit');
  const following = begin(bench.home, ['export', '--format', 'jsonl', '--follow']);
  await until(() => following.printed().includes('\n'));
  killGroup(first.pid);
  await first.ended;
  expect((await runCommand([...bench.home.config, ...deadline], { env: bench.home.env })).code).toBe(0);
  const ids = (text: string): string[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as Line).id);
  const wanted = ids(await exported(bench));
  await until(() => new Set(ids(following.printed())).size === wanted.length);
  following.child.kill('SIGINT');
  expect((await following.ended).code).toBe(130);
  const seqs = following
    .printed()
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as Line).seq);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
});

test('export --output goes on with --resume, and refuses a file that holds another export', async () => {
  const { bench, jsonl } = await withOutputs();
  await expectWhole(bench);
  await expectSame(bench, jsonl);
  const output = join(bench.folder, 'out.jsonl');
  const words = [...bench.home.config, 'export', '--format', 'jsonl', '--output', output, '--resume'];
  await mustRun(words, { env: bench.home.env });
  expect(readFileSync(output, 'utf8')).toBe(await exported(bench));
  writeFileSync(output, '{"half', { flag: 'a' });
  await mustRun(words, { env: bench.home.env });
  expect(readFileSync(output, 'utf8')).toBe(await exported(bench));
  const other = await runCommand([...words, '--source', 'src'], { env: bench.home.env });
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('holds another export')]);
  if (process.platform !== 'linux') return;
  // Node itself writes once and takes a short write for a whole one.
  const full = ['sh', '-c', 'exec "$@" > /dev/full', 'sh'];
  const ended = await runCommand([...bench.home.config, 'export', '--format', 'csv'], {
    env: bench.home.env,
    under: full,
  });
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('the disk is full')]);
});
