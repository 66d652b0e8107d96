import { expect, test } from 'vitest';
import { processChild, workerChild } from './index.ts';
import { processPlan } from './process-options.ts';
import { workerPlan } from './worker-options.ts';

test.each([
  ['command', { command: '' }, 'Option command must be a text.'],
  ['command', { command: 1 }, 'Option command must be a text.'],
  ['args', { args: ['a', 1] }, 'Option args must be texts.'],
  ['ready', { ready: 'soon' }, 'Option ready must be one of spawn, message.'],
  ['ready.stdout', { ready: { stdout: '' } }, 'Option ready.stdout must be a text or a pattern.'],
  ['ready.stdout', { ready: {} }, 'Option ready.stdout must be a text or a pattern.'],
  ['stop', { stop: 'axe' }, 'Option stop must be one of signal, message, disconnect.'],
  ['stopSignal', { stopSignal: 'SIGNONE' }, 'Option stopSignal must be a signal that this system has'],
  ['stopSignal', { stopSignal: 'toString' }, 'Option stopSignal must be a signal that this system has'],
  ['group', { group: 'none' }, 'Option group must be one of own, parent.'],
  ['stdout', { stdout: 'pipe' }, 'Option stdout must be one of inherit, ignore.'],
  ['stderr', { stderr: 'pipe' }, 'Option stderr must be one of inherit, ignore.'],
  ['killAfterMs', { killAfterMs: -1 }, 'Option killAfterMs must be milliseconds'],
  ['heartbeat', { heartbeat: 0 }, 'Option heartbeat must be above 0.'],
  ['heartbeat', { heartbeat: 'soon' }, 'Option heartbeat must be milliseconds'],
  ['ipc', { ipc: false, stop: 'message' }, 'Option ipc must not be false'],
  ['ipc', { ipc: false, ready: 'message' }, 'Option ipc must not be false'],
  ['ipc', { ipc: false, heartbeat: '1s' }, 'Option ipc must not be false'],
])('a process with a bad %s is refused by name: %j', (field, options, message) => {
  expect(() => processChild({ command: 'true', ...options } as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_OPTION',
      field,
      message: expect.stringContaining(message) as string,
    }),
  );
});

test.each([
  ['file', { file: '' }, 'Option file must be a path or a URL.'],
  ['file', { file: 1 }, 'Option file must be a path or a URL.'],
  ['ready', { ready: 'spawn' }, 'Option ready must be one of online, message.'],
  ['stop', { stop: 'signal' }, 'Option stop must be one of message, terminate.'],
  ['killAfterMs', { killAfterMs: 'x' }, 'Option killAfterMs must be milliseconds'],
  ['heartbeat', { heartbeat: 0 }, 'Option heartbeat must be above 0.'],
])('a worker with a bad %s is refused by name: %j', (field, options, message) => {
  expect(() => workerChild({ file: './a.js', ...options } as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_OPTION',
      field,
      message: expect.stringContaining(message) as string,
    }),
  );
});

test('without options a process is asked by SIGTERM, killed 4 s later, and needs no channel', () => {
  expect(processPlan({ command: 'true' })).toMatchObject({
    args: [],
    ready: 'spawn',
    awaitedLine: undefined,
    stop: 'signal',
    stopSignal: 'SIGTERM',
    killAfterMs: 4_000,
    heartbeatMs: undefined,
    ipc: false,
    leads: process.platform !== 'win32',
    stdout: 'inherit',
    stderr: 'inherit',
  });
  expect(workerPlan({ file: './a.js' })).toMatchObject({
    options: {},
    ready: 'online',
    stop: 'message',
    killAfterMs: 4_000,
    heartbeatMs: undefined,
  });
});

test('a channel is there when it is wanted or needed; a pattern forgets where it was', () => {
  for (const options of [
    { ipc: true },
    { stop: 'disconnect' },
    { ready: 'message' },
    { heartbeat: 1 },
  ] as const) {
    expect(processPlan({ command: 'true', ...options }).ipc).toBe(true);
  }
  expect(processPlan({ command: 'true', group: 'parent' }).leads).toBe(false);
  expect(processPlan({ command: 'true', ready: { stdout: /up/giy } }).awaitedLine).toEqual(/up/i);
  expect(processPlan({ command: 'true', ready: { stdout: 'up' } }).awaitedLine).toBe('up');
});
