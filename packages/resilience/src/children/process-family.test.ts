import type { ChildProcess } from 'node:child_process';
import { afterEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import type { TreeWorld } from '../process/process-tree.ts';
import { ProcessFamily } from './process-family.ts';

afterEach(() => void vi.restoreAllMocks());

test('where the system does not tell who is there, the child is killed all the same, and its end is told', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const sent: unknown[] = [];
  const child = {
    // No process has this number: it is beyond what Linux gives.
    pid: 2 ** 22 + 1,
    exitCode: null,
    signalCode: null,
    kill: (name: unknown) => sent.push(name) > 0,
  } as unknown as ChildProcess;
  const full = new Error('EMFILE: too many open files');
  const world: TreeWorld = {
    platform: 'linux',
    readFile: (path) => (path.endsWith('boot_id') ? 'boot\n' : `1 (a) S 1 1 ${'0 '.repeat(16)}7 0`),
    exec: () => '',
    pids: () => {
      throw full;
    },
    kill: () => {},
  };
  const family = new ProcessFamily(child, false, world);
  family.look();
  family.kill();
  await family.sweep(new VirtualClock());
  expect(sent).toEqual(['SIGKILL']);
  expect(warned.mock.calls).toEqual([[full]]);
});
