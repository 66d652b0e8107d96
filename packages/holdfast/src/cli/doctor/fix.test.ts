import { describe, expect, it } from 'vitest';
import type { Checked } from './run-checks.ts';
import { runChecks } from './run-checks.ts';
import { fakeWorld } from './testing/fake-world.ts';
import type { Difference } from './testing/fake-world.ts';

async function look(difference: Difference, fix = false): Promise<readonly Checked[]> {
  return runChecks(await fakeWorld(difference), fix);
}

describe('--fix', () => {
  const folder = '/tmp/holdfast-7';
  const dead = `${'a'.repeat(16)}.sock`;
  const alive = `${'b'.repeat(16)}-s.sock`;
  const leftBehind = (removed: string[]): Difference => ({
    folders: { [folder]: [dead, alive, 'something-else'] },
    listens: (path) => Promise.resolve(path.endsWith(alive)),
    remove: (path) => void removed.push(path),
    folderMode: () => ({ uid: 7, mode: 0o40755 }),
  });

  it('changes nothing unless it is asked for', async () => {
    const removed: string[] = [];
    const all = await look({ ...leftBehind(removed), closeFolder: () => void removed.push('closed') });
    expect(removed).toEqual([]);
    expect(all.filter(({ level }) => level === 'warn' || level === 'bad').map(({ check }) => check)).toEqual([
      'leftovers',
      'runtime-folder',
    ]);
  });

  it('removes what dead processes left, closes our folder, trims logs, and says so', async () => {
    const done: string[] = [];
    const all = await look(
      {
        ...leftBehind(done),
        closeFolder: (path) => void done.push(`close ${path}`),
        logBytes: () => 5e8,
        trimLogs: () => void done.push('trim'),
      },
      true,
    );
    expect(done).toEqual([`${folder}/${dead}`, `close ${folder}`, 'trim']);
    expect(all.filter(({ fixed }) => fixed !== null).map(({ check }) => check)).toEqual([
      'leftovers',
      'runtime-folder',
      'logs',
    ]);
    expect(all.every(({ level }) => level !== 'warn' && level !== 'bad')).toBe(true);
  });

  it('leaves a folder of somebody else alone', async () => {
    const done: string[] = [];
    const all = await look(
      { folderMode: () => ({ uid: 8, mode: 0o40777 }), closeFolder: () => void done.push('x') },
      true,
    );
    expect(done).toEqual([]);
    expect(all.find(({ check }) => check === 'runtime-folder')?.level).toBe('bad');
  });

  it('says when a repair failed', async () => {
    const all = await look(
      {
        logBytes: () => 5e8,
        trimLogs: () => {
          throw new Error('read-only');
        },
      },
      true,
    );
    expect(all.find(({ check }) => check === 'logs')).toMatchObject({
      level: 'warn',
      fixed: null,
      message: expect.stringContaining('could not be repaired: read-only') as string,
    });
  });
});
