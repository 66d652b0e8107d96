import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { askAddress } from '../../src/control/ask.ts';
import type { Plan } from '../../src/daemon/plan.ts';
import type { SupervisorStatus } from '../../src/model/supervisor-status.ts';
import { afterwards, isAlive, until } from './support.ts';
import { linesOf, logged, plan, SUPERVISOR, type Planned } from './supervisor/planned.ts';

const posix = process.platform !== 'win32';

async function firstChild(planned: Planned): Promise<number> {
  await until(() => planned.child() !== undefined);
  return planned.child() ?? 0;
}

test('TERM ends the supervisor with 0 once its child has ended as it was told', async () => {
  const planned = plan('beating');
  const supervisor = planned.supervise();
  const child = await firstChild(planned);
  await sleep(300);
  supervisor.child.kill('SIGTERM');
  expect(await supervisor.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(await isAlive(child)).toBe(false);
});

test('a second supervisor of the same folder ends with 75 and touches nothing', async () => {
  const planned = plan('beating');
  planned.supervise();
  const child = await firstChild(planned);
  const second = await planned.supervise().ended;
  expect(second.code).toBe(75);
  expect(second.stderr).toContain('Another engine is working on the store');
  expect(await isAlive(child)).toBe(true);
});

test('of five supervisors that start at once four end with 75', async () => {
  const planned = plan('beating');
  const codes: (number | null)[] = [];
  for (const { ended } of Array.from({ length: 5 }, () => planned.supervise()))
    void ended.then(({ code }) => codes.push(code));
  await until(() => codes.length === 4);
  await firstChild(planned);
  await sleep(500);
  expect(codes).toEqual([75, 75, 75, 75]);
  expect(planned.log().filter(({ kind }) => kind === 'engine-started')).toHaveLength(1);
});

test('a child that outlives its killed supervisor is ended by the next one before a new one starts', async () => {
  const planned = plan('stubborn');
  const first = planned.supervise();
  const orphan = await firstChild(planned);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await isAlive(orphan)).toBe(true);
  planned.supervise();
  await until(() => planned.child() !== orphan);
  expect(await isAlive(orphan)).toBe(false);
  expect(planned.log().some(({ code }) => code === 'ORPHAN_ENDED')).toBe(true);
});

test('a process that merely has the number of a former child is left alone', async () => {
  const planned = plan('stubborn');
  const first = planned.supervise();
  const orphan = await firstChild(planned);
  first.child.kill('SIGKILL');
  await first.ended;
  const innocent = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    detached: true,
    stdio: 'ignore',
  });
  afterwards(() => void innocent.kill('SIGKILL'));
  // As if the system had given the number of the former child to somebody else since.
  const file = join(planned.dataDir, 'supervisor.json');
  const journal = readFileSync(file, 'utf8');
  expect(journal).toContain(`"pid":${orphan},`);
  writeFileSync(file, journal.replaceAll(`"pid":${orphan},`, `"pid":${innocent.pid},`));
  planned.supervise();
  await until(() => planned.child() !== orphan);
  expect(await isAlive(innocent.pid ?? 0)).toBe(true);
  expect(planned.log().some(({ code }) => code === 'ORPHAN_ENDED')).toBe(false);
});

test('a child that hangs is told as hung and replaced', async () => {
  const planned = plan('hanging', { watchdogMs: 600 });
  planned.supervise();
  const hung = await firstChild(planned);
  await logged(planned, ({ kind }) => kind === 'engine-hung');
  expect(await logged(planned, ({ kind }) => kind === 'engine-exited')).toMatchObject({
    signal: 'SIGKILL',
    reason: 'watchdog',
  });
  await until(() => planned.child() !== hung);
  expect(await isAlive(hung)).toBe(false);
});

test.skipIf(!posix)(
  'a supervisor and a child that were both stopped for long are both unharmed',
  async () => {
    const planned = plan('beating', { watchdogMs: 600 });
    const supervisor = planned.supervise();
    const child = await firstChild(planned);
    await sleep(500);
    // Longer than it takes to give a child up.
    for (const pid of [child, supervisor.pid]) process.kill(pid, 'SIGSTOP');
    await sleep(2_500);
    // The child comes back last, so that the supervisor looks at a silent one.
    process.kill(supervisor.pid, 'SIGCONT');
    await sleep(200);
    process.kill(child, 'SIGCONT');
    await sleep(1_500);
    expect(planned.log().filter(({ kind }) => kind !== 'engine-started')).toEqual([]);
    expect(await isAlive(child)).toBe(true);
  },
);

test('a child that needs too much memory is ended gracefully and counted', async () => {
  const planned = plan('leaking', { maxMemory: 3_000 });
  planned.supervise();
  await logged(planned, ({ kind }) => kind === 'recycling');
  expect(await logged(planned, ({ kind }) => kind === 'engine-exited')).toMatchObject({
    code: 0,
    reason: 'oom',
  });
});

test('a child whose main loop is blocked dies with its killed supervisor, and so do its helpers', async () => {
  const planned = plan('guarded', { watchdogMs: null });
  const supervisor = planned.supervise();
  const child = await firstChild(planned);
  const { line = '' } = await logged(planned, ({ kind }) => kind === 'output');
  const helper = Number(line.split(' ')[1]);
  await sleep(500);
  expect([await isAlive(child), await isAlive(helper)]).toEqual([true, true]);
  supervisor.child.kill('SIGKILL');
  await until(async () => !(await isAlive(child)) && !(await isAlive(helper)));
});

async function statusOf(planned: Planned): Promise<SupervisorStatus | null> {
  const reply = await askAddress(
    join(planned.folder, 'c-s.sock'),
    { verb: 'status', patience: 1_000 },
    systemClock,
  );
  return reply.type === 'result' ? (reply.result as SupervisorStatus) : null;
}

function rewrite(planned: Planned, change: (plan: Plan) => object): void {
  const before = JSON.parse(readFileSync(planned.planFile, 'utf8')) as Plan;
  writeFileSync(planned.planFile, JSON.stringify({ ...before, ...change(before) }));
}

test.skipIf(!posix)(
  'a restart after an update replaces the supervisor too: the same process number and manager, a new version',
  async () => {
    const planned = plan('beating');
    const supervisor = planned.supervise({ HOLDFAST_MANAGER: 'systemd' });
    const child = await firstChild(planned);
    rewrite(planned, () => ({ version: '1.2.4' }));
    supervisor.child.kill('SIGHUP');
    await until(async () => (await statusOf(planned))?.version === '1.2.4');
    await until(() => planned.child() !== child);
    expect(await isAlive(child)).toBe(false);
    expect(await statusOf(planned)).toMatchObject({ pid: supervisor.pid, manager: 'systemd' });
    if (process.platform === 'linux')
      expect(
        readFileSync(`/proc/${supervisor.pid}/cmdline`, 'utf8')
          .split('\0')
          .slice(1, 1 + SUPERVISOR.length),
      ).toEqual(SUPERVISOR);
    supervisor.child.kill('SIGTERM');
    expect(await supervisor.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  },
);

test.skipIf(!posix)('who says stop while the supervisor is about to be replaced has it end', async () => {
  const planned = plan('beating');
  const supervisor = planned.supervise();
  await firstChild(planned);
  rewrite(planned, () => ({ version: '1.2.4' }));
  const control = join(planned.folder, 'c-s.sock');
  const replies = [
    await askAddress(control, { verb: 'restart', patience: 5_000 }, systemClock),
    await askAddress(control, { verb: 'stop', patience: 5_000 }, systemClock),
  ];
  expect(replies).toMatchObject([{ type: 'result', result: { version: '1.2.4' } }, { type: 'result' }]);
  expect(await supervisor.ended).toMatchObject({ code: 0, stderr: '' });
  expect(planned.log().filter(({ kind }) => kind === 'engine-started')).toHaveLength(1);
});

test.skipIf(!posix)('changed bounds of the log take effect with a restart', async () => {
  const planned = plan('chatting');
  const supervisor = planned.supervise();
  await firstChild(planned);
  const closed = (): number =>
    readdirSync(join(planned.dataDir, 'logs')).filter((name) => /\.log(\.gz)?$/.test(name)).length - 1;
  await until(() => statSync(join(planned.dataDir, 'logs/holdfast.log')).size > 60_000);
  expect(closed()).toBe(0);
  rewrite(planned, ({ log }) => ({ log: { ...log, maxSize: 50_000 } }));
  supervisor.child.kill('SIGHUP');
  await until(() => closed() >= 1);
});

test('what is printed is logged in files of bounded size, the closed ones compressed, and none is cut', async () => {
  const bounds = { maxSize: 50_000, maxAge: 86_400_000, maxTotal: 120_000 };
  const draft = plan('chatting');
  const text = JSON.parse(readFileSync(draft.planFile, 'utf8')) as { log: object };
  writeFileSync(draft.planFile, JSON.stringify({ ...text, log: { ...text.log, ...bounds } }));
  const supervisor = draft.supervise();
  const folder = join(draft.dataDir, 'logs');
  const files = (): readonly string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  await until(() => files().filter((name) => name.endsWith('.log.gz')).length >= 4);
  supervisor.child.kill('SIGTERM');
  expect((await supervisor.ended).code).toBe(0);
  await until(() => !files().some((name) => name.endsWith('.new')));
  const total = files().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(total).toBeLessThanOrEqual(bounds.maxTotal);
  for (const name of files().filter((each) => each.endsWith('.gz'))) {
    const plainText = gunzipSync(readFileSync(join(folder, name))).toString('utf8');
    expect(plainText.length).toBeLessThanOrEqual(bounds.maxSize);
    expect(linesOf(plainText).length).toBeGreaterThan(10);
  }
});

test.skipIf(!posix)(
  'systemd is told of the start, the watchdog and the stop; children know nothing of it, nor of the options that keep a supervisor small',
  async () => {
    const planned = plan('telling');
    const bin = join(planned.folder, 'bin');
    const notes = join(planned.folder, 'notes');
    mkdirSync(bin);
    // Stands for the program of systemd: writes down how it was called.
    writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${notes}\n`, {
      mode: 0o755,
    });
    const supervisor = planned.supervise({
      NOTIFY_SOCKET: '/run/somewhere',
      WATCHDOG_USEC: '600000',
      HOLDFAST_MANAGER: 'systemd',
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    });
    const told = (): readonly string[] =>
      existsSync(notes) ? readFileSync(notes, 'utf8').trimEnd().split('\n') : [];
    await until(() => told().filter((note) => note === '/run/somewhere WATCHDOG=1').length >= 3);
    expect(told()).toContain('/run/somewhere --ready --status=engine running');
    expect((await logged(planned, ({ kind }) => kind === 'output')).line).toBe(
      'socket undefined manager undefined options .',
    );
    supervisor.child.kill('SIGTERM');
    expect((await supervisor.ended).code).toBe(0);
    await until(() => told().includes('/run/somewhere STOPPING=1 --status=stopping'));
  },
);
