import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { mustRun, startCommand } from '../../../../drill/product/run-command.ts';
import { begin, eventsOf, expectWhole, isAlive, makeBench, told, until } from './support.ts';

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 0],
] as const)(
  '%s in the middle of a harvest ends it with %i, and the next run completes it',
  async (signal, code) => {
    const bench = await makeBench({}, { source: { minIntervalMs: 100 } });
    const running = begin(bench.home, ['run']);
    const engine = (await told(running, ({ kind }) => kind === 'ready')).pid ?? 0;
    await told(running, ({ kind }) => kind === 'commit');
    // As a terminal does it: to every process of the group.
    process.kill(-running.pid, signal);
    const ended = await running.ended;
    expect([ended.code, ended.signal]).toEqual([code, null]);
    expect(await isAlive(engine)).toBe(false);
    expect(eventsOf(running)).toContainEqual(expect.objectContaining({ kind: 'stopping', force: false }));
    expect(ended.stderr).not.toContain('Error');
    await expectWhole(bench);
  },
);

test('without a terminal a run prints lines of JSON on standard output and nothing else there', async () => {
  const bench = await makeBench({ records: 30 });
  const out = await mustRun([...bench.home.config, 'run', '--once'], { env: bench.home.env });
  const events = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; at: number });
  expect(new Set(events.map(({ kind }) => kind))).toEqual(
    new Set(['engine-started', 'ready', 'state', 'request', 'commit', 'window', 'done', 'ended']),
  );
  for (const { at } of events) expect(Number.isSafeInteger(at)).toBe(true);
});

test('an export whose reader goes away after one line ends with 0 and no complaint', async () => {
  const bench = await makeBench({ records: 400, pageSize: 100 });
  await mustRun([...bench.home.config, 'run', '--once'], { env: bench.home.env });
  const whole = await mustRun([...bench.home.config, 'export', '--format', 'jsonl'], { env: bench.home.env });
  // More than a pipe holds, so that the writer must notice.
  expect(whole.length).toBeGreaterThan(200_000);
  const running = startCommand([...bench.home.config, 'export', '--format', 'jsonl'], {
    env: bench.home.env,
  });
  await once(running.child.stdout ?? running.child, 'data');
  running.child.stdout?.destroy();
  const { code, signal, stderr } = await running.ended;
  expect([code, signal, stderr]).toEqual([0, null, '']);
});

test.skipIf(process.platform === 'win32')(
  '`holdfast export | head -1` has both ends end with 0',
  async () => {
    const bench = await makeBench({ records: 400, pageSize: 100 });
    await mustRun([...bench.home.config, 'run', '--once'], { env: bench.home.env });
    const bin = new URL('../../bin/holdfast.js', import.meta.url).pathname;
    const line = `"$NODE" "$BIN" --config "$CONFIG" export --format jsonl | head -1; echo "\${PIPESTATUS[@]}"`;
    const shell = spawn('bash', ['-c', line], {
      env: {
        ...process.env,
        ...bench.home.env,
        NODE: process.execPath,
        BIN: bin,
        CONFIG: bench.home.config[1] ?? '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    shell.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    await once(shell, 'close');
    const [first = '', status] = out.trimEnd().split('\n');
    expect(JSON.parse(first)).toMatchObject({ source: 'src' });
    expect([status, err]).toEqual(['0 0', '']);
  },
);

test('a second Ctrl-C ends a run at once although its engine hangs', async () => {
  const bench = await makeBench({ more: ['--fault', 'never-answers@2'] });
  const running = begin(bench.home, ['run']);
  const engine = (await told(running, ({ kind }) => kind === 'ready')).pid ?? 0;
  await told(running, ({ kind }) => kind === 'commit');
  process.kill(engine, 'SIGSTOP');
  running.child.kill('SIGINT');
  await told(running, ({ kind }) => kind === 'stopping');
  // Sooner it would be taken for the same key stroke.
  await new Promise((resolve) => setTimeout(resolve, 400));
  running.child.kill('SIGINT');
  expect((await running.ended).code).toBe(130);
  await until(async () => !(await isAlive(engine)));
});
