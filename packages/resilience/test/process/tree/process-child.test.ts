import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { processChild } from '../../../src/children/index.ts';
import type { ProcessChildOptions } from '../../../src/children/index.ts';
import { VirtualClock } from '../../../src/clock/index.ts';
import { identify, isAlive } from '../../../src/process/index.ts';
import type { ProcessIdentity } from '../../../src/process/index.ts';
import { run } from './testing/run-child.ts';
import type { Run } from './testing/run-child.ts';

const UP = { stdout: /^up/ };

/** A script of the shell as a child, and what it prints. */
function shell(
  script: string,
  options: Partial<ProcessChildOptions> = {},
): Run & { child: () => ChildProcess; said: () => string } {
  let child: ChildProcess | undefined;
  let said = '';
  const start = processChild({
    command: '/bin/sh',
    args: ['-c', script],
    stdout: 'ignore',
    stderr: 'ignore',
    onStarted: (one) => {
      child = one;
      one.stdout?.on('data', (text: string) => (said += text));
    },
    ...options,
  });
  return {
    ...run(start),
    child: () => {
      if (child === undefined) throw new Error('it was not started');
      return child;
    },
    said: () => said,
  };
}

function node(source: string, options: Partial<ProcessChildOptions> = {}): Run {
  return run(
    processChild({
      command: process.execPath,
      args: ['-e', source],
      stdout: 'ignore',
      stderr: 'ignore',
      ...options,
    }),
  );
}

function identityOf(pid: number | undefined): ProcessIdentity {
  const identity = identify(pid ?? 0);
  if (identity === null) throw new Error(`process ${pid} should be there`);
  return identity;
}

/** What a script prints as `up <pid>`. */
function grandchild(said: string): ProcessIdentity {
  return identityOf(Number(/up (\d+)/.exec(said)?.[1]));
}

describe.skipIf(process.platform === 'win32')('a process as a child', () => {
  test('that ends with 0 has ended as it should', async () => {
    expect(await shell('exit 0').ended).toBeUndefined();
  });

  test('that ends with another code has failed, with its last words, escaped in the message alone', async () => {
    const failed = shell(String.raw`printf 'first\nbad \033[31mred\033[0m\n' >&2; exit 3`);
    expect(await failed.ended).toMatchObject({
      name: 'ChildError',
      code: 'ERR_CHILD_EXIT',
      exitCode: 3,
      signal: null,
      stderr: 'first\nbad \u001B[31mred\u001B[0m\n',
      message: String.raw`Process /bin/sh ended with exit code 3. It wrote last: "first\nbad \u{1b}[31mred\u{1b}[0m"`,
      verdict: { category: 'crash', scope: 'session', code: 'ERR_CHILD_EXIT' },
    });
  });

  test('that is killed by somebody has failed, and nothing that it started is left', async () => {
    const struck = shell('sleep 600 & echo up $!; wait', { ready: UP });
    await struck.ready;
    const below = grandchild(struck.said());
    struck.child().kill('SIGKILL');
    expect(await struck.ended).toMatchObject({
      code: 'ERR_CHILD_EXIT',
      exitCode: null,
      signal: 'SIGKILL',
      message: 'Process /bin/sh ended with signal SIGKILL.',
    });
    expect(isAlive(below)).toBe(false);
  });

  test('that does not exist has failed to start', async () => {
    const missing = run(processChild({ command: '/no/such\nprogram' }));
    await expect(missing.ready).rejects.toMatchObject({ code: 'ERR_CHILD_START' });
    expect(await missing.ended).toMatchObject({
      code: 'ERR_CHILD_START',
      exitCode: null,
      message: String.raw`Process /no/such\nprogram could not be started.`,
      cause: { code: 'ENOENT' },
      verdict: { category: 'local' },
    });
  });

  test('obeys its signal, which need not be SIGTERM', async () => {
    for (const options of [{}, { stopSignal: 'SIGUSR1' as const }]) {
      const polite = shell('echo up; sleep 600 & wait', { ...options, ready: UP });
      await polite.ready;
      polite.stop();
      expect(await polite.ended).toBeUndefined();
      expect(polite.child().signalCode).toBe(options.stopSignal ?? 'SIGTERM');
    }
  });

  test('may clean up when it is asked, end with the code that stands for the signal, or fail at it', async () => {
    for (const [code, failure] of [
      [0, undefined],
      [143, undefined],
      [142, expect.objectContaining({ code: 'ERR_CHILD_EXIT', exitCode: 142 })],
    ]) {
      const tidy = shell(`trap 'exit ${String(code)}' TERM; echo up; sleep 600 & wait`, { ready: UP });
      await tidy.ready;
      tidy.stop();
      expect(await tidy.ended).toEqual(failure);
    }
  });

  test('that was stopped by SIGSTOP hears its signal', async () => {
    const frozen = shell('echo up; sleep 600 & wait', { ready: UP });
    await frozen.ready;
    frozen.child().kill('SIGSTOP');
    frozen.stop();
    expect(await frozen.ended).toBeUndefined();
  });

  test.each(['own', 'parent'] as const)(
    'that ignores its signal is killed with all that it started, in its %s group',
    async (group) => {
      const deaf = shell(`trap '' TERM; sleep 600 & echo up $!; while :; do wait; done`, {
        ready: UP,
        killAfterMs: 50,
        group,
      });
      await deaf.ready;
      const family = [identityOf(deaf.child().pid), grandchild(deaf.said())];
      deaf.stop();
      expect(await deaf.ended).toMatchObject({
        code: 'ERR_CHILD_KILLED',
        signal: 'SIGKILL',
        message: 'Process /bin/sh was killed: asked to end it lived on.',
      });
      expect(family.map((one) => isAlive(one))).toEqual([false, false]);
    },
  );

  test('that obeys while what it started does not, in a group of its own, leaves nothing', async () => {
    const tree = fileURLToPath(new URL('../session/testing/tree.ts', import.meta.url));
    let said = '';
    const leaving = run(
      processChild({
        command: process.execPath,
        args: ['--no-warnings', tree, 'leaving', '1', 'leader'],
        ready: { stdout: /^\d+ \d+/ },
        stdout: 'ignore',
        onStarted: (child) => child.stdout?.on('data', (text: string) => (said += text)),
      }),
    );
    await leaving.ready;
    const family = said
      .trim()
      .split(' ')
      .map((pid) => identityOf(Number(pid)));
    expect(family).toHaveLength(2);
    leaving.stop();
    expect(await leaving.ended).toBeUndefined();
    expect(family.map((one) => isAlive(one))).toEqual([false, false]);
  });

  test('is up once it runs, with its first message, or with a line; and not before', async () => {
    const spawned = shell('sleep 600 & wait');
    await spawned.ready;
    spawned.stop();
    await spawned.ended;
    const silent = shell('echo down; exit 4', { ready: UP });
    await expect(silent.ready).rejects.toMatchObject({ exitCode: 4 });
    const mute = node('process.disconnect()', { ready: 'message' });
    await expect(mute.ready).rejects.toThrow('it ended before it was ready');
    const told = node(`process.send('here'); process.on('message', () => process.exit(5))`, {
      ready: 'message',
      stop: 'message',
    });
    await told.ready;
    told.stop();
    expect(await told.ended).toMatchObject({ exitCode: 5 });
  });

  test('with a channel is asked by a message or by the end of the channel', async () => {
    const source = `process.send('up');
      process.on('message', ({ type }) => process.exit(type === 'stop' ? 0 : 6));
      process.on('disconnect', () => process.exit(process.argv[1] === 'close' ? 0 : 7));`;
    for (const stop of ['message', 'disconnect'] as const) {
      const args = ['-e', source, stop === 'disconnect' ? 'close' : 'keep'];
      const child = node('', { args, ready: 'message', stop });
      await child.ready;
      child.stop();
      expect(await child.ended).toBeUndefined();
    }
  });

  test('that has closed its channel itself is asked by its signal', async () => {
    for (const options of [{}, { stopSignal: 'SIGUSR2' as const }]) {
      let child: ChildProcess | undefined;
      const closed = node(`process.send('up', () => process.disconnect()); setInterval(() => {}, 1000)`, {
        ready: 'message',
        stop: 'message',
        onStarted: (one) => (child = one),
        ...options,
      });
      await closed.ready;
      if (child?.connected === true) await once(child, 'disconnect');
      closed.stop();
      expect(await closed.ended).toBeUndefined();
      expect(child?.signalCode).toBe(options.stopSignal ?? 'SIGTERM');
    }
  });

  test('that gives no sign of life is killed and has failed; each message is one', async () => {
    const clock = new VirtualClock();
    let child: ChildProcess | undefined;
    const stuck = node(`process.on('message', () => process.send('again')); process.send('up')`, {
      ready: 'message',
      heartbeat: '1s',
      clock,
      onStarted: (one) => (child = one),
    });
    await stuck.ready;
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(900);
      if (child === undefined) throw new Error('it was not started');
      const answer = once(child, 'message');
      child.send('well?');
      await answer;
    }
    await clock.advance(1_000);
    expect(await stuck.ended).toMatchObject({
      code: 'ERR_CHILD_SILENT',
      signal: 'SIGKILL',
      message: `Process ${process.execPath} was killed: it gave no sign of life.`,
    });
    expect([stuck.signal.aborted, clock.pending]).toEqual([false, 0]);
  });

  test('is not started when it must stop already, and not left when its owner fails to use it', async () => {
    const reason = new Error('too late');
    const start = processChild({ command: '/bin/sh', args: ['-c', 'exit 1'] });
    await expect(start({ signal: AbortSignal.abort(reason), ready: () => undefined })).rejects.toBe(reason);
    let child: ChildProcess | undefined;
    const unused = run(
      processChild({
        command: 'sleep',
        args: ['600'],
        onStarted: (one) => {
          child = one;
          throw reason;
        },
      }),
    );
    expect(await unused.ended).toBe(reason);
    expect(child?.signalCode).toBe('SIGKILL');
  });

  test('is killed when the process that started it ends by itself', async () => {
    const owner = fileURLToPath(new URL('testing/owner.ts', import.meta.url));
    const process_ = spawn(process.execPath, ['--no-warnings', '--conditions=@holdfast/source', owner], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    process_.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = (await once(process_, 'close')) as [number];
    expect(code).toBe(0);
    expect(said).toMatch(/^\d+\n$/);
    // It was sent SIGKILL, and goes when the system gets to it.
    while (identify(Number(said)) !== null) await new Promise(setImmediate);
  });
});
