import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, systemClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { Home } from '../../../../drill/kill/home.ts';
import { killGroup, mustRun, runCommand } from '../../../../drill/product/run-command.ts';
import type { Simulator } from '../../../../drill/kill/simulator.ts';
import { covered } from '../../../../test/needs.ts';
import { makeBackup } from '../../src/backup/make-backup.ts';
import { chosenSeed } from './seed.ts';
import { afterwards, begin, expectComplete, makeBench, told } from './support.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const KILLS = FULL ? 30 : 1;
const TIMES = KILLS === 1 ? 'a kill' : `${String(KILLS)} kills`;
const SEED = chosenSeed('backup');

/** Whether this process may mount a small disk. */
const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0 && canMount();

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Truth {
  readonly id: string;
  readonly datestamp: string;
  readonly deleted?: true;
}

/** Does something to the running simulator, or asks it. */
async function tell<Result>({ baseUrl }: Simulator, command: object): Promise<Result> {
  const answer = await fetch(new URL('/sim', baseUrl), { method: 'POST', body: JSON.stringify(command) });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Result;
}

/** The papers as `id datestamp deleted`, sorted. */
async function held({ config, env }: Home): Promise<readonly string[]> {
  const jsonl = await mustRun([...config, 'export', '--format', 'jsonl'], { env });
  const papers = jsonl.split('\n').filter((line) => line !== '');
  return papers.map((line) => rowOf(JSON.parse(line) as Truth)).sort();
}

function rowOf({ id, datestamp, deleted }: Truth): string {
  return `${id} ${datestamp} ${deleted === true ? 'deleted' : ''}`;
}

async function backUp({ config, env }: Home): Promise<{ file: string; records: number; ok: boolean }> {
  return JSON.parse(await mustRun([...config, 'backup', '--json'], { env })) as {
    file: string;
    records: number;
    ok: boolean;
  };
}

test('after a restore the next harvest brings the difference: what came, changed, went and came late', async () => {
  const { home, simulator } = await makeBench({
    records: 120,
    more: ['--publish-after', '1000000', '--publish-after-ms', '86400000'],
  });
  const once = [...home.config, 'run', '--once', '--deadline', '1m'];
  const hidden = await tell<string[]>(simulator, { do: 'hide', count: 6, at: 30 });
  expect(hidden).toHaveLength(6);
  await mustRun(once, { env: home.env });
  const { file } = await backUp(home);
  const before = await held(home);
  expect(before).toHaveLength(114);
  // Back-dated: it lies in windows that were verified before the copy was made.
  await tell(simulator, { do: 'publishHidden' });
  await tell(simulator, { do: 'addRecords', count: 25 });
  const [deleted, ...restamped] = before.slice(10, 16).map((row) => row.split(' ')[0] ?? '');
  await tell(simulator, { do: 'remove', id: deleted });
  await tell(simulator, { do: 'restamp', ids: restamped });
  await mustRun(once, { env: home.env });
  const restored = await mustRun([...home.config, 'restore', file, '--yes'], { env: home.env });
  expect(restored).toMatch(/src: what changed since .*, less than a day/);
  expect(await held(home)).toEqual(before);
  const ended = await runCommand(once, { env: home.env });
  expect(ended.code, ended.stderr + ended.stdout.slice(-1000)).toBe(0);
  const truth = (await tell<Truth[]>(simulator, { do: 'truth' })).map(rowOf).sort();
  expect(truth.length).toBe(145);
  expect(await held(home)).toEqual(truth);
  expect((await runCommand([...home.config, 'verify'], { env: home.env })).code).toBe(0);
  const status = JSON.parse(
    (await runCommand([...home.config, 'status', '--json'], { env: home.env })).stdout,
  ) as {
    store: { backup: object };
  };
  expect(status.store.backup).toMatchObject({ ok: true, file });
});

test(`after ${TIMES} of a backup beside an engine that writes there is no half copy, and the engine goes on`, async () => {
  const random = seededRandom(SEED);
  const { home, simulator } = await makeBench({ records: FULL ? 2_000 : 600, pageSize: 10 });
  const engine = begin(home, ['run']);
  await told(engine, ({ kind }) => kind === 'commit');
  const folder = join(home.dataDir, 'backups');
  let hits = 0;
  for (let kill = 0; hits < KILLS && kill < 10 * KILLS; kill += 1) {
    const killed = begin(home, ['backup']);
    await new Promise((resolve) => setTimeout(resolve, 250 + random.next() * 1_000));
    killGroup(killed.pid);
    if ((await killed.ended).signal === 'SIGKILL') hits += 1;
    for (const name of namesIn(folder).filter((each) => each.endsWith('.db')))
      expect(existsSync(join(folder, `${name}.json`)), name).toBe(true);
  }
  expect(hits, `seed ${String(SEED)}`).toBe(KILLS);
  const { file, ok } = await backUp(home);
  expect(ok).toBe(true);
  expect(namesIn(folder).filter((name) => name.includes('.partial'))).toEqual([]);
  // One is refused while another is made, and the one at work is not disturbed.
  const both = await Promise.all([0, 1].map(() => runCommand([...home.config, 'backup'], { env: home.env })));
  expect(both.map(({ code }) => code).every((code) => code === 0 || code === 75)).toBe(true);
  expect(both.some(({ code }) => code === 0)).toBe(true);
  await told(engine, ({ kind, state }) => kind === 'state' && state === 'ok');
  const refused = await runCommand([...home.config, 'restore', file, '--yes'], { env: home.env });
  expect(refused.code, refused.stderr).toBe(75);
  engine.child.kill('SIGTERM');
  expect((await engine.ended).code).toBe(0);
  await expectComplete({ home, simulator });
});

test(`after ${TIMES} of a restore there is the store of before or the new one, and the next restore finishes`, async () => {
  const random = seededRandom(SEED);
  const { home, simulator } = await makeBench({ records: 120 });
  const once = [...home.config, 'run', '--once', '--deadline', '1m'];
  await mustRun(once, { env: home.env });
  const { file } = await backUp(home);
  const old = await held(home);
  await tell(simulator, { do: 'addRecords', count: 10 });
  await mustRun(once, { env: home.env });
  let now = await held(home);
  expect(now.length).toBe(130);
  let hits = 0;
  for (let kill = 0; hits < KILLS && kill < 10 * KILLS; kill += 1) {
    const killed = begin(home, ['restore', file, '--yes']);
    await new Promise((resolve) => setTimeout(resolve, 200 + random.next() * 700));
    killGroup(killed.pid);
    if ((await killed.ended).signal === 'SIGKILL') hits += 1;
    const found = await held(home);
    expect([old, now], `seed ${String(SEED)}`).toContainEqual(found);
    now = found;
  }
  expect(hits, `seed ${String(SEED)}`).toBe(KILLS);
  await mustRun([...home.config, 'restore', file, '--yes'], { env: home.env });
  expect(await held(home)).toEqual(old);
  expect(readdirSync(home.dataDir).filter((name) => name.includes('.incoming'))).toEqual([]);
  expect((await runCommand([...home.config, 'verify'], { env: home.env })).code).toBe(0);
  // That a harvest brings the rest after a restore is the test above.
  if (!FULL) return;
  const ended = await runCommand(once, { env: home.env });
  expect(ended.code, ended.stderr).toBe(0);
  expect(await held(home)).toEqual((await tell<Truth[]>(simulator, { do: 'truth' })).map(rowOf).sort());
});

test.skipIf(!covered('mounts', MAY_MOUNT))(
  'a disk that becomes full in the middle of a copy is left as it was; one that is known to be too small is refused',
  async () => {
    const { folder, home } = await makeBench({ records: 400 });
    await mustRun([...home.config, 'run', '--once', '--deadline', '1m'], { env: home.env });
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small]);
    afterwards(() => void execFileSync('umount', ['-l', small]));
    const job = { store: home.storeFile, folder: small, to: null, keep: 7 };
    const copying = makeBackup(job, systemClock, () => Promise.resolve());
    await expect(copying).rejects.toMatchObject({ code: 'ERR_STORE_FULL' });
    expect(namesIn(small)).toEqual(['.holdfast-backup.lock']);
    const to = join(small, 'copy.db');
    const refused = await runCommand([...home.config, 'backup', '--to', to], { env: home.env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/needs \d+ MB in .*small, where 1 MB are free; nothing was written/);
    expect(namesIn(small)).toEqual(['.holdfast-backup.lock']);
  },
);

test('without a store there is nothing to copy, which is said', async () => {
  const { home } = await makeBench({ records: 30 });
  const failing = await runCommand([...home.config, 'backup'], { env: home.env });
  expect(failing.code).toBe(1);
  expect(failing.stderr).toContain('There is no store');
});

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
