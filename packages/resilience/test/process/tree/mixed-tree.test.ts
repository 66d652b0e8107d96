import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { processChild, workerChild } from '../../../src/children/index.ts';
import { supervise } from '../../../src/tree/index.ts';
import type {
  ChildSpec,
  ChildStatus,
  RestartStrategy,
  Supervisor,
  TreeEvent,
} from '../../../src/tree/index.ts';

const isFull = process.env['HOLDFAST_TEST_FULL'] === '1';

/** Open processes, pipes and threads of this process. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /process|pipe|worker/i.test(name)).length;
}

/** What a supervisor tells, and a way to wait until it has told something. */
class Heard {
  readonly lines: string[] = [];
  readonly events: TreeEvent[] = [];
  #wake = Promise.withResolvers<void>();

  readonly onEvent = (event: TreeEvent): void => {
    this.events.push(event);
    this.lines.push('child' in event ? `${event.type} ${event.child}` : event.type);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  };

  async until(seen: () => boolean): Promise<void> {
    while (!seen()) await this.#wake.promise;
  }
}

function tree(
  children: readonly ChildSpec[],
  restarts: number,
  strategy: RestartStrategy,
): { supervisor: Supervisor; heard: Heard } {
  const heard = new Heard();
  const supervisor = supervise({
    name: 'top',
    strategy,
    intensity: { restarts, withinMs: '1h' },
    children,
    onEvent: heard.onEvent,
  });
  return { supervisor, heard };
}

/** A function, a thread and a process, each of which tells that it is up and how it can be struck. */
function mixture(): { children: ChildSpec[]; strike: Map<string, () => void>; up: () => number } {
  const strike = new Map<string, () => void>();
  let up = 0;
  const count = async (run: Promise<unknown>): Promise<void> => {
    up += 1;
    try {
      await run;
    } finally {
      up -= 1;
    }
  };
  const starts: Record<string, ChildSpec['start']> = {
    function: ({ signal, ready }) => {
      const { promise, reject } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      strike.set('function', () => reject(new Error('struck')));
      ready();
      return promise;
    },
    worker: workerChild({
      file: `const { parentPort } = require('node:worker_threads');
        parentPort.on('message', ({ type }) => process.exit(type === 'stop' ? 0 : 3));
        parentPort.postMessage('up');`,
      options: { eval: true, execArgv: [] },
      ready: 'message',
      onStarted: (worker) => strike.set('worker', () => worker.postMessage({ type: 'strike' })),
    }),
    process: processChild({
      command: '/bin/sh',
      args: ['-c', `trap 'exit 0' TERM; echo up; sleep 600 & wait`],
      ready: { stdout: 'up' },
      stdout: 'ignore',
      onStarted: (child) => strike.set('process', () => child.kill('SIGKILL')),
    }),
  };
  const children = Object.entries(starts).map(([id, start]): ChildSpec => ({
    id,
    kind: 'permanent',
    awaitsReady: true,
    shutdownMs: 60_000,
    start: (context) => count(start(context)),
  }));
  return { children, strike, up: () => up };
}

describe.skipIf(process.platform === 'win32')('a tree of functions, threads and processes', () => {
  test.each(['function', 'worker', 'process'])(
    'one for all: when the %s fails all are stopped in reverse order and started in order',
    async (struck) => {
      const { children, strike, up } = mixture();
      const { supervisor, heard } = tree(children, 1, 'one-for-all');
      await supervisor.start();
      expect([heard.lines.splice(0), up()]).toEqual([
        ['started function', 'started worker', 'started process'],
        3,
      ]);
      strike.get(struck)?.();
      const isUp = ({ runs, state }: ChildStatus): boolean => runs === 2 && state.type === 'running';
      await heard.until(() => heard.lines.filter((line) => line.startsWith('started')).length === 3);
      // The last one tells by its own output that it is up.
      while (!supervisor.children().every(isUp)) await new Promise(setImmediate);
      const others = ['process', 'worker', 'function'].filter((id) => id !== struck);
      expect(heard.lines.splice(0)).toEqual([
        `exited ${struck}`,
        `restart ${struck}`,
        ...others.map((id) => `stopped ${id}`),
        'started function',
        'started worker',
        'started process',
      ]);
      await supervisor.stop();
      expect([heard.lines, up()]).toEqual([['stopped process', 'stopped worker', 'stopped function'], 0]);
      expect(heard.events.filter((event) => event.type === 'stopped' && 'error' in event)).toEqual([]);
    },
  );

  test('a process that always crashes uses up the intensity, and its failure goes upward', async () => {
    const crashing = processChild({ command: '/bin/sh', args: ['-c', 'exit 3'] });
    const { supervisor, heard } = tree([{ id: 'a', kind: 'transient', start: crashing }], 4, 'one-for-one');
    supervisor.start().catch(() => undefined);
    await expect(supervisor.done).rejects.toMatchObject({
      code: 'ERR_TREE_INTENSITY',
      cause: { code: 'ERR_CHILD_EXIT', exitCode: 3 },
    });
    expect(heard.lines.filter((line) => line === 'started a')).toHaveLength(5);
  });

  test('many quick restarts leave no listener, no handle and no warning', { timeout: 600_000 }, async () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    const restarts = isFull ? 1_000 : 50;
    const before = { handles: handles(), exit: process.listenerCount('exit') };
    const signals: AbortSignal[] = [];
    const seen =
      (start: ChildSpec['start']): ChildSpec['start'] =>
      (context) => {
        signals.push(context.signal);
        return start(context);
      };
    const children: ChildSpec[] = [
      { id: 'process', kind: 'permanent', start: seen(processChild({ command: '/bin/true' })) },
      {
        id: 'worker',
        kind: 'permanent',
        start: seen(workerChild({ file: ';', options: { eval: true, execArgv: [] } })),
      },
    ];
    const { supervisor, heard } = tree(children, restarts, 'one-for-one');
    supervisor.start().catch(() => undefined);
    await expect(supervisor.done).rejects.toMatchObject({ code: 'ERR_TREE_INTENSITY' });
    expect(heard.lines.filter((line) => line.startsWith('restart'))).toHaveLength(restarts);
    expect(signals.map((signal) => getEventListeners(signal, 'abort').length).filter(Boolean)).toEqual([]);
    expect(process.listenerCount('exit')).toBe(before.exit);
    // Pipes are closed in a later turn of the loop.
    while (handles() > before.handles) await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
