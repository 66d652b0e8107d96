import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  mustRun,
  runCommand,
  startCommand,
  startNode,
  type Ended,
} from '../../../../drill/product/run-command.ts';
import { covered } from '../../../../test/needs.ts';
import { linesOf, SUPERVISOR, type LogLine } from './supervisor/planned.ts';
import { afterwards, begin, type Bench, expectWhole, isAlive, makeBench, told, until } from './support.ts';

/** Slow enough to be in the middle for as long as a test needs. */
const SLOW = { source: { minIntervalMs: 100 } };

interface Place extends Bench {
  holdfast(...words: string[]): Promise<Ended>;
  /** As `holdfast`, from another folder and without a word of the configuration. */
  elsewhere(...words: string[]): Promise<Ended>;
  log(): readonly LogLine[];
}

/** A bench whose supervisors end with the test; they are listed in its own state folder or in that of another one. */
async function makePlace(listedWith?: Place): Promise<Place> {
  const bench = await makeBench({ records: 70 }, SLOW);
  const { config } = bench.home;
  const file = config[1] ?? '';
  const settings = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...settings, dashboard: { port: 0 } }));
  const env = {
    ...bench.home.env,
    XDG_RUNTIME_DIR: bench.folder,
    XDG_DATA_HOME: bench.folder,
    HOLDFAST_STATE_DIR: (listedWith ?? bench).home.stateDir,
  };
  const home = { ...bench.home, env };
  const holdfast = (...words: string[]): Promise<Ended> => runCommand([...config, ...words], { env });
  afterwards(async () => {
    await holdfast('stop');
    await endSurvivor(bench.home.dataDir);
  });
  return {
    ...bench,
    home,
    holdfast,
    elsewhere: (...words) => runCommand(words, { env, cwd: bench.folder }),
    log: () => linesOf(readFileSync(join(bench.home.dataDir, 'logs/holdfast.log'), 'utf8')),
  };
}

/** A supervisor that did not end as it was told must not outlive its test; its children end with it. */
async function endSurvivor(dataDir: string): Promise<void> {
  const file = join(dataDir, 'supervisor.json');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
  const { supervisor } = JSON.parse(text) as { supervisor?: { pid: number } | null };
  const pid = supervisor?.pid ?? 1;
  if (pid === 1 || !(await isAlive(pid))) return;
  process.kill(pid, 'SIGKILL');
  await until(async () => !(await isAlive(pid)));
}

/** The supervisor alone runs under the options that keep it small; its children do all the work, compiled. */
function expectSmallSupervisor(place: Place): void {
  const { supervisor } = JSON.parse(readFileSync(join(place.home.dataDir, 'supervisor.json'), 'utf8')) as {
    supervisor: { pid: number };
  };
  const words = (pid: number): string[] => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  expect(words(supervisor.pid).slice(1, 1 + SUPERVISOR.length)).toEqual(SUPERVISOR);
  const children = [...pidsOf(place, 'engine-started'), ...pidsOf(place, 'child-started')];
  expect(children).toHaveLength(2);
  for (const pid of children) expect(words(pid)[1]).toMatch(/\/(engine|server)\/main\.js$/);
}

const pidsOf = (place: Place, kind: string): readonly number[] =>
  place.log().flatMap((line) => (line.kind === kind && line.pid !== undefined ? [line.pid] : []));

test('start, status, logs, restart and stop, from the folder of the configuration and from elsewhere', async () => {
  const place = await makePlace();
  expect(await place.holdfast('stop')).toMatchObject({ code: 3 });
  expect(await place.holdfast('restart')).toMatchObject({ code: 3 });
  const started = await place.holdfast('start');
  expect(started).toMatchObject({ code: 0, stderr: '' });
  expect(started.stdout).toContain(join(place.home.dataDir, 'logs', 'holdfast.log'));
  expect(await place.holdfast('start')).toMatchObject({ code: 75 });
  expect(await place.holdfast('run', '--once')).toMatchObject({ code: 75 });

  const status = await place.elsewhere('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ engine: { state: 'running' }, sources: [{ id: 'src' }] });
  expect(status.stderr).toContain(place.home.dataDir);

  await until(() => place.log().some(({ kind }) => kind === 'commit'));
  expect((await place.elsewhere('logs', '--lines', '1000')).stdout).toMatch(/ engine: Harvesting src into/);
  const json = await place.holdfast('logs', '--json', '--lines', '3');
  expect(linesOf(json.stdout)).toHaveLength(3);
  const kinds = new Set(place.log().map(({ kind }) => kind));
  expect(kinds.has('request')).toBe(false);

  if (process.platform === 'linux') expectSmallSupervisor(place);
  const [before = 0] = pidsOf(place, 'engine-started');
  expect(await place.elsewhere('restart')).toMatchObject({ code: 0 });
  const engines = pidsOf(place, 'engine-started');
  expect(engines).toHaveLength(2);
  expect(await isAlive(before)).toBe(false);
  const report = JSON.parse((await place.holdfast('status', '--json')).stdout) as {
    engine: { restarts: Record<string, number> };
  };
  expect(report.engine.restarts).toMatchObject({ operator: 1, crash: 0 });

  expect(await place.elsewhere('stop')).toMatchObject({ code: 0 });
  const everybody = [...engines, ...pidsOf(place, 'child-started')];
  expect(everybody.length).toBeGreaterThan(3);
  for (const pid of everybody) expect(await isAlive(pid)).toBe(false);
  expect((await place.holdfast('status')).code).toBe(3);
  await expectWhole(place);
});

test('of two starts at the same moment one succeeds and one ends with 75', async () => {
  const place = await makePlace();
  const codes = await Promise.all([place.holdfast('start'), place.holdfast('start')]);
  expect(codes.map(({ code }) => code ?? -1).toSorted((a, b) => a - b)).toEqual([0, 75]);
  expect(pidsOf(place, 'engine-started')).toHaveLength(1);
});

test('a start with a wrong configuration ends with 78 and says why, and a restart with one changes nothing', async () => {
  const place = await makePlace();
  const file = place.home.config[1] ?? '';
  const right = readFileSync(file, 'utf8');
  writeFileSync(file, '{"sorces":[]}');
  expect(await place.holdfast('start')).toMatchObject({ code: 78, stdout: '' });
  writeFileSync(file, right);
  await mustRun([...place.home.config, 'start'], { env: place.home.env });
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(right) as object), dashbord: {} }));
  const refused = await runCommand(['--data-dir', place.home.dataDir, 'restart'], { env: place.home.env });
  writeFileSync(file, right);
  expect(refused.code).toBe(78);
  expect(refused.stderr).toContain('did you mean "dashboard"');
  expect(pidsOf(place, 'engine-started')).toHaveLength(1);
});

test('with several engines running they are listed instead of guessed', async () => {
  const one = await makePlace();
  const other = await makePlace(one);
  for (const place of [one, other]) expect(await place.holdfast('start')).toMatchObject({ code: 0 });
  const asked = await one.elsewhere('status');
  expect(asked.code).toBe(2);
  for (const { home } of [one, other]) expect(asked.stderr).toContain(home.dataDir);
  expect((await other.holdfast('stop')).code).toBe(0);
  expect((await one.elsewhere('status')).code).not.toBe(2);
});

test('logs -f goes on with what comes until Ctrl-C', async () => {
  const place = await makePlace();
  await mustRun([...place.home.config, 'start'], { env: place.home.env });
  const following = begin(place.home, ['logs', '-f', '--json', '--lines', '0'], { env: place.home.env });
  await told(following, ({ kind }) => kind === 'commit');
  following.child.kill('SIGINT');
  expect((await following.ended).code).toBe(130);
});

test('one that was started without a session is found from one, and a second one is refused', async () => {
  const place = await makePlace();
  // As by systemd for a unit of the machine: no folder of a session, and another one for passing things.
  const env = { ...place.home.env, XDG_RUNTIME_DIR: '', TMPDIR: '/tmp' };
  expect((await runCommand([...place.home.config, 'start'], { env })).code).toBe(0);
  expect(JSON.parse((await place.elsewhere('status', '--json')).stdout)).toMatchObject({
    engine: { state: 'running' },
  });
  expect(await place.holdfast('start')).toMatchObject({ code: 75 });
  const second = begin(place.home, ['supervise'], { env: place.home.env });
  expect((await second.ended).code).toBe(75);
  expect(await place.elsewhere('stop')).toMatchObject({ code: 0 });
  expect((await runCommand([...place.home.config, 'status'], { env })).code).toBe(3);
});

test('a foreground run is found and stopped like any other', async () => {
  const place = await makePlace();
  const running = begin(place.home, ['run'], { env: place.home.env });
  await told(running, ({ kind }) => kind === 'commit');
  expect((await place.elsewhere('stop')).code).toBe(0);
  expect((await running.ended).code).toBe(0);
  await expectWhole(place);
});

test('run --no-restart ends with 1 when its engine dies, for an orchestrator to start it anew', async () => {
  const place = await makePlace();
  const running = begin(place.home, ['run', '--no-restart'], { env: place.home.env });
  const { pid = 0 } = await told(running, ({ kind }) => kind === 'ready');
  await told(running, ({ kind }) => kind === 'commit');
  process.kill(pid, 'SIGKILL');
  expect((await running.ended).code).toBe(1);
  await expectWhole(place);
});

test('SIGHUP has the configuration read again and the engine started anew', async () => {
  const place = await makePlace();
  const supervisor = startCommand(['supervise', ...place.home.config], { env: place.home.env });
  afterwards(async () => {
    supervisor.child.kill('SIGKILL');
    await supervisor.ended;
  });
  const log = join(place.home.dataDir, 'logs/holdfast.log');
  const ready = (): number => {
    try {
      return linesOf(readFileSync(log, 'utf8')).filter(({ kind }) => kind === 'ready').length;
    } catch {
      return 0;
    }
  };
  await until(() => ready() === 1);
  process.kill(supervisor.pid, 'SIGHUP');
  await until(() => ready() === 2);
  supervisor.child.kill('SIGTERM');
  expect((await supervisor.ended).code).toBe(0);
});

const MAY_UNSHARE =
  process.getuid?.() === 0 && spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0;

test.skipIf(!covered('mounts', MAY_UNSHARE))(
  'as process 1 of a container it ends with 0 on TERM, and what was fetched is committed',
  async () => {
    const place = await makePlace();
    const container = startNode([...SUPERVISOR, ...place.home.config], {
      env: place.home.env,
      under: ['unshare', '-pf', '--mount-proc', '--kill-child'],
    });
    afterwards(async () => {
      container.child.kill('SIGKILL');
      await container.ended;
    });
    await until(() => {
      try {
        return place.log().some(({ kind }) => kind === 'commit');
      } catch {
        return false;
      }
    });
    const init = Number(
      readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8').trim().split(' ')[0],
    );
    expect(readFileSync(`/proc/${init}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
    process.kill(init, 'SIGTERM');
    // Without a handler the system keeps signals from process 1, and nothing would follow.
    expect((await container.ended).code).toBe(0);
    expect(place.log().some(({ kind }) => kind === 'ended')).toBe(true);
    await expectWhole(place);
  },
);
