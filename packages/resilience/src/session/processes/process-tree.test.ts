import { describe, expect, it } from 'vitest';
import { identify } from '../../process/process-identity.ts';
import { findStarted } from './find-started.ts';
import { listProcesses, orphansOf, systemTree, treeOf } from '../../process/process-tree.ts';
import type { TreeWorld } from '../../process/process-tree.ts';

const never = (): never => {
  throw new Error('not asked here');
};

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly group?: number;
  readonly state?: string;
  readonly startedAt?: number;
  readonly words?: readonly string[];
  readonly environment?: readonly string[];
}

function linux(rows: readonly Row[]): TreeWorld {
  const files = new Map([['/proc/sys/kernel/random/boot_id', 'b1\n']]);
  for (const { pid, parent, group = 1, state = 'S', startedAt = pid, words = [], environment = [] } of rows) {
    const zeros = '0 '.repeat(16);
    files.set(`/proc/${pid}/stat`, `${pid} (a) b) ${state} ${parent} ${group} ${zeros}${startedAt} 0\n`);
    files.set(`/proc/${pid}/cmdline`, words.map((word) => `${word}\0`).join(''));
    files.set(`/proc/${pid}/environ`, environment.map((word) => `${word}\0`).join(''));
  }
  return {
    platform: 'linux',
    exec: never,
    kill: never,
    // 99 ends between the listing and the look.
    pids: () => [...rows.map(({ pid }) => pid), 99],
    readFile: (path) => files.get(path) ?? never(),
  };
}

const world = linux([
  { pid: 10, parent: 5, group: 10 },
  { pid: 11, parent: 10, group: 10 },
  { pid: 12, parent: 11, group: 12 },
  { pid: 13, parent: 1, group: 10 },
  { pid: 14, parent: 10, state: 'Z' },
  { pid: 20, parent: 5, group: 5 },
]);
const root = { pid: 10, startedAt: '10', bootId: 'b1' };
const pidsOf = (rows: readonly { readonly pid: number }[]): number[] => rows.map(({ pid }) => pid);

describe('the tree of a process', () => {
  it('is what descends from it and the group that it leads, without those that wait to be buried', () => {
    expect(pidsOf(treeOf(root, listProcesses(world)))).toEqual([10, 11, 13, 12]);
  });

  it('has no members of a group that another one leads', () => {
    const child = { pid: 11, startedAt: '11', bootId: 'b1' };
    expect(pidsOf(treeOf(child, listProcesses(world)))).toEqual([11, 12]);
  });

  it.each([
    ['the number was given to another process', { ...root, startedAt: '9' }],
    ['the machine was started anew', { ...root, bootId: 'b0' }],
    ['it has ended', { ...root, pid: 77 }],
  ])('is empty when %s', (_, gone) => {
    expect(treeOf(gone, listProcesses(world))).toEqual([]);
  });

  it('leaves its group when its leader has ended, unless another process has the number of the leader', () => {
    const rows = [
      { pid: 11, parent: 1, group: 10 },
      { pid: 12, parent: 11, group: 12 },
      { pid: 20, parent: 5, group: 5 },
    ];
    expect(pidsOf(orphansOf(10, listProcesses(linux(rows))))).toEqual([11, 12]);
    expect(orphansOf(10, listProcesses(linux([...rows, { pid: 10, parent: 1 }])))).toEqual([]);
    expect(orphansOf(1, listProcesses(linux([{ pid: 30, parent: 1, group: 1 }])))).toEqual([]);
    expect(orphansOf(0, listProcesses(linux([{ pid: 30, parent: 1, group: 0 }])))).toEqual([]);
  });

  it('is read from ps where there is no /proc, with the start times that identify tells', () => {
    const lines = [
      '  10     5    10 Ss   Sun Nov 22 05:00:00 2026',
      '  11    10    10 S+   Sun Nov  2 05:00:01 2026',
    ];
    const mac: TreeWorld = {
      ...world,
      platform: 'darwin',
      exec: (_, args) => (args.includes('-A') ? lines.join('\n') : 'Sun Nov  2 05:00:01 2026\n'),
    };
    const rows = listProcesses(mac);
    expect(rows.get(11)).toMatchObject(identify(11, mac) ?? {});
    expect(pidsOf(treeOf({ pid: 10, startedAt: 'Sun Nov 22 05:00:00 2026', bootId: '' }, rows))).toEqual([
      10, 11,
    ]);
  });

  it('on Windows has no children that are older than their parent, whose number was given again', () => {
    const windows: TreeWorld = {
      ...world,
      platform: 'win32',
      exec: () =>
        '10 5 0 S 134083872000000000\r\n11 10 0 S 134083872000000001\r\n12 10 0 S 134083871000000000\r\n',
    };
    expect(
      pidsOf(treeOf({ pid: 10, startedAt: '134083872000000000', bootId: '' }, listProcesses(windows))),
    ).toEqual([10, 11]);
  });

  it.skipIf(process.platform === 'win32')('lists this very process as identify knows it', () => {
    const own = identify(process.pid);
    expect(own).not.toBeNull();
    expect(listProcesses(systemTree).get(process.pid)).toMatchObject(own ?? {});
  });
});

describe('what was started before its owner learnt who it is', () => {
  const profile = '/tmp/holdfast-browser-abc';
  const mark = 'HOLDFAST_BROWSER=0123456789';

  it('is found by its profile or its mark, as exact entries, or as a word of a title', () => {
    const machine = linux([
      { pid: 30, parent: 1, words: ['chromium', `--user-data-dir=${profile}`] },
      { pid: 31, parent: 1, words: ['chromium', `--user-data-dir=${profile}d`] },
      { pid: 32, parent: 1, words: ['sh', '-c', `echo --user-data-dir=${profile}`] },
      { pid: 33, parent: 1, environment: ['HOME=/root', mark] },
      { pid: 34, parent: 1, environment: [`${mark}0`] },
      { pid: 35, parent: 1, words: [`chromium --type=zygote --user-data-dir=${profile} --headless`] },
      { pid: 36, parent: 1, words: [`chromium --type=zygote --user-data-dir=${profile}d --headless`] },
    ]);
    expect(pidsOf(findStarted({ kind: 'chromium', profile, mark }, machine))).toEqual([30, 33, 35]);
    expect(findStarted({ kind: 'chromium' }, machine)).toEqual([]);
  });

  it('is found by its profile in the command lines that ps tells', () => {
    const mac: TreeWorld = {
      ...world,
      platform: 'darwin',
      exec: (_, args) =>
        args.includes('-A')
          ? ` 40 /Applications/Chromium --user-data-dir=${profile} --headless\n 41 /Applications/Chromium --user-data-dir=${profile}d\n`
          : 'Sun Nov 22 05:00:00 2026\n',
    };
    expect(findStarted({ kind: 'chromium', profile }, mac)).toEqual([
      { pid: 40, startedAt: 'Sun Nov 22 05:00:00 2026', bootId: '' },
    ]);
  });
});
