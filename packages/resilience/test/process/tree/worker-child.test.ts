import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { workerChild } from '../../../src/children/index.ts';
import type { WorkerChildOptions } from '../../../src/children/index.ts';
import { VirtualClock } from '../../../src/clock/index.ts';
import { run } from './testing/run-child.ts';
import type { Run } from './testing/run-child.ts';

const PORT = `const { parentPort } = require('node:worker_threads');`;

function thread(source: string, options: Partial<WorkerChildOptions> = {}): Run & { worker: () => Worker } {
  let worker: Worker | undefined;
  const child = run(
    workerChild({
      file: PORT + source,
      onStarted: (one) => (worker = one),
      ...options,
      options: { eval: true, stderr: true, stdout: true, execArgv: [], ...options.options },
    }),
  );
  return {
    ...child,
    worker: () => {
      if (worker === undefined) throw new Error('it was not started');
      return worker;
    },
  };
}

test('a worker that ends by itself has ended as it should; with another code it has failed, with its last words', async () => {
  expect(await thread('').ended).toBeUndefined();
  expect(await thread(`process.exit(0)`).ended).toBeUndefined();
  const failed = thread(`process.stderr.write('\\u001b[2Jgone\\n', () => process.exit(3))`, {
    options: { name: 'job' },
  });
  expect(await failed.ended).toMatchObject({
    name: 'ChildError',
    code: 'ERR_CHILD_EXIT',
    exitCode: 3,
    signal: null,
    stderr: '\u001B[2Jgone\n',
    message: String.raw`Worker job ended with exit code 3. It wrote last: "\u{1b}[2Jgone"`,
  });
});

test('an error that nobody caught, and too little memory, are failures with their cause', async () => {
  const thrown = thread(`throw Object.assign(new RangeError('too far'), { far: 7 })`);
  expect(await thrown.ended).toMatchObject({
    code: 'ERR_CHILD_EXIT',
    exitCode: 1,
    message: 'Worker of a text ended by an error that nobody caught.',
    cause: { name: 'RangeError', message: 'too far' },
  });
  expect(await thread(`Promise.reject(new Error('nobody'))`).ended).toMatchObject({
    cause: { message: 'nobody' },
  });
  const greedy = thread(`const all = []; for (;;) all.push(new Array(1e4).fill(all.length));`, {
    options: { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } },
  });
  expect(await greedy.ended).toMatchObject({
    code: 'ERR_CHILD_EXIT',
    cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
  });
});

test('a file that is not there is a failure, one that cannot be is refused at the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-worker-'));
  try {
    const file = join(folder, 'job.mjs');
    const missing = run(workerChild({ file, options: { stderr: true, execArgv: [] } }));
    expect(await missing.ended).toMatchObject({
      message: `Worker ${file} ended by an error that nobody caught.`,
      cause: { code: expect.stringMatching(/MODULE_NOT_FOUND$/) as string },
    });
    writeFileSync(file, 'process.exit(9)');
    const there = run(workerChild({ file: pathToFileURL(file), options: { execArgv: [] } }));
    expect(await there.ended).toMatchObject({ exitCode: 9 });
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(await run(workerChild({ file: 'no-path.js' })).ended).toMatchObject({
    code: 'ERR_CHILD_START',
    message: 'Worker no-path.js could not be started.',
    cause: { code: 'ERR_WORKER_PATH' },
  });
});

test('is up once its thread runs, or with its first message, and not before', async () => {
  const online = thread(`parentPort.on('message', ({ type }) => type === 'stop' && parentPort.close())`);
  await online.ready;
  online.stop();
  expect(await online.ended).toBeUndefined();
  const mute = thread('', { ready: 'message' });
  await expect(mute.ready).rejects.toThrow('it ended before it was ready');
  const told = thread(
    `parentPort.postMessage('up'); parentPort.on('message', ({ type }) => process.exit(type === 'stop' ? 5 : 6))`,
    { ready: 'message' },
  );
  await told.ready;
  told.stop();
  expect(await told.ended).toMatchObject({ code: 'ERR_CHILD_EXIT', exitCode: 5 });
});

test('one that does not listen, even one that computes for ever, is terminated after its time', async () => {
  const deaf = thread(`parentPort.postMessage('up'); for (;;);`, { ready: 'message', killAfterMs: 20 });
  await deaf.ready;
  deaf.stop();
  expect(await deaf.ended).toMatchObject({
    code: 'ERR_CHILD_KILLED',
    exitCode: 1,
    message: 'Worker of a text was terminated: asked to end it lived on.',
  });
  expect(deaf.worker().threadId).toBe(-1);
});

test('one that is to be terminated is not asked, and has ended as it should', async () => {
  const busy = thread(`parentPort.postMessage('up'); for (;;);`, {
    ready: 'message',
    stop: 'terminate',
    killAfterMs: '1h',
  });
  await busy.ready;
  busy.stop();
  expect(await busy.ended).toBeUndefined();
  expect(await thread('process.exit(4)', { stop: 'terminate' }).ended).toMatchObject({ exitCode: 4 });
});

test('one that gives no sign of life is terminated and has failed; each message is one', async () => {
  const clock = new VirtualClock();
  const stuck = thread(
    `parentPort.on('message', () => parentPort.postMessage('again')); parentPort.postMessage('up')`,
    { ready: 'message', heartbeat: '1s', clock },
  );
  await stuck.ready;
  for (let i = 0; i < 3; i += 1) {
    await clock.advance(900);
    const answer = once(stuck.worker(), 'message');
    stuck.worker().postMessage('well?');
    await answer;
  }
  await clock.advance(1_000);
  expect(await stuck.ended).toMatchObject({
    code: 'ERR_CHILD_SILENT',
    message: 'Worker of a text was terminated: it gave no sign of life.',
  });
  expect([stuck.signal.aborted, clock.pending]).toEqual([false, 0]);
});

test('is not started when it must stop already, and not left when its owner fails to use it', async () => {
  const reason = new Error('too late');
  const start = workerChild({ file: 'process.exit(1)', options: { eval: true } });
  await expect(start({ signal: AbortSignal.abort(reason), ready: () => undefined })).rejects.toBe(reason);
  let worker: Worker | undefined;
  const unused = thread('for (;;);', {
    onStarted: (one) => {
      worker = one;
      throw reason;
    },
  });
  expect(await unused.ended).toBe(reason);
  expect(worker?.threadId).toBe(-1);
});
