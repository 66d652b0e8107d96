import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { identify } from '../../process/process-identity.ts';
import { markProfile, refusal } from './delete-profile.ts';
import { processRecords } from './process-records.ts';
import { systemTree } from '../../process/process-tree.ts';

const dead = { pid: 999_999_999, startedAt: '1', bootId: 'long ago' };
const own = identify(process.pid) ?? dead;

/** Everything lies in here: these tests are about deleting, and must harm nothing when they fail. */
let sandbox: string;
/** What the code under test takes for the system's temporary folder. */
let temporary: string;
let folder: string;
let outside: string;

beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), 'holdfast-records-'));
  temporary = join(sandbox, 'temporary');
  outside = join(sandbox, 'outside');
  folder = join(sandbox, 'records');
  for (const path of [temporary, outside]) mkdirSync(path);
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) vi.stubEnv(name, temporary);
  if (tmpdir() !== temporary) throw new Error('the system would not take this for its temporary folder');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(sandbox, { recursive: true, force: true });
});

/** Puts a record there as an owner that is dead by now has left it. */
function leave(id: string, more: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${id}.json`), JSON.stringify({ id, kind: 'chromium', owner: dead, ...more }));
}
function makeFolder(parent: string, name = 'profile'): string {
  const path = join(parent, name);
  mkdirSync(join(path, 'Default'), { recursive: true });
  writeFileSync(join(path, 'Default', 'Cookies'), 'x');
  return path;
}

describe('records of processes', () => {
  it('say who was started by whom, and are gone when forgotten', async () => {
    const records = processRecords(folder);
    const record = await records.record({ kind: 'chromium', profile: '/tmp/p', mark: 'A=12345678' });
    expect(record).toMatchObject({ kind: 'chromium', owner: own, profile: '/tmp/p' });
    const updated = await records.update(record, { process: dead });
    expect(updated).toEqual({ ...record, process: dead });
    expect(await processRecords(folder).list()).toEqual([updated]);
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700);
    await records.forget(record);
    await records.forget(record);
    expect(await records.list()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of two processes of one kind are two', async () => {
    const records = processRecords(folder);
    await records.record({ kind: 'chromium', process: dead });
    await records.record({ kind: 'chromium', process: { ...dead, pid: 999_999_998 } });
    expect(await records.list()).toHaveLength(2);
  });

  it('cannot be made where the system tells nothing of this process', async () => {
    const blind = { ...systemTree, platform: 'linux' as const, readFile: () => '' };
    await expect(processRecords(folder, { world: blind }).record({ kind: 'x' })).rejects.toMatchObject({
      code: 'ERR_PROCESS_UNKNOWN',
    });
  });
});

describe('reaping', () => {
  it('finds nothing to do where there is no folder yet', async () => {
    expect(await processRecords(folder).reap()).toEqual({
      ended: [],
      left: [],
      profilesDeleted: [],
      profilesKept: [],
      damaged: [],
    });
  });

  it('leaves what belongs to a living owner', async () => {
    const profile = makeFolder(temporary);
    const records = processRecords(folder);
    await records.record({ kind: 'chromium', process: dead, profile });
    expect(await records.reap()).toMatchObject({ ended: [], profilesDeleted: [] });
    expect(existsSync(profile)).toBe(true);
    expect(await records.list()).toHaveLength(1);
  });

  it('deletes the profile that a dead owner left in the temporary folder, and forgets the record', async () => {
    const profile = makeFolder(temporary);
    leave('a', { process: dead, profile });
    const records = processRecords(folder);
    expect(await records.reap()).toMatchObject({ profilesDeleted: [profile], profilesKept: [] });
    expect(existsSync(profile)).toBe(false);
    expect(await records.list()).toEqual([]);
  });

  it('deletes a profile elsewhere only if it is marked as made for that', async () => {
    const [marked, foreign] = [makeFolder(outside, 'marked'), makeFolder(outside, 'foreign')];
    await markProfile(marked);
    leave('a', { profile: marked });
    leave('b', { profile: foreign });
    const report = await processRecords(folder).reap();
    expect(report.profilesDeleted).toEqual([marked]);
    expect(report.profilesKept).toMatchObject([
      { profile: foreign, why: expect.stringMatching(/outside/) as string },
    ]);
    expect(existsSync(join(foreign, 'Default', 'Cookies'))).toBe(true);
  });

  it('never deletes the temporary folder itself, a file, or what a link leads to', async () => {
    const foreign = makeFolder(outside);
    const link = join(temporary, 'link');
    symlinkSync(foreign, link);
    const file = join(temporary, 'file');
    writeFileSync(file, 'x');
    const linkInTheWay = join(temporary, 'way');
    symlinkSync(outside, linkInTheWay);
    // Only what lies in this test's own sandbox is ever handed to a reaper: see `refusal` for the rest.
    leave('a', { profile: temporary });
    leave('b', { profile: link });
    leave('c', { profile: file });
    leave('d', { profile: join(linkInTheWay, 'profile') });
    const report = await processRecords(folder).reap();
    expect(report.profilesDeleted).toEqual([]);
    expect(report.profilesKept).toHaveLength(4);
    for (const path of [foreign, link, file, temporary]) expect(existsSync(path)).toBe(true);
  });

  it('does not delete a profile that a running process has recorded too', async () => {
    const profile = makeFolder(temporary);
    leave('a', { profile });
    const records = processRecords(folder);
    await records.record({ kind: 'chromium', profile });
    expect(await records.reap()).toMatchObject({ profilesDeleted: [], profilesKept: [{ profile }] });
    expect(existsSync(profile)).toBe(true);
  });

  it('lists damaged records and touches neither them nor what they name', async () => {
    const profile = makeFolder(temporary);
    leave('a', { profile, owner: { pid: 1 } });
    leave('b', { profile, process: { pid: '7' } });
    leave('c', { profile: 'relative' });
    leave('d', { mark: 'X=' });
    leave('e', {});
    writeFileSync(join(folder, 'f.json'), '{"id":"f","ki');
    writeFileSync(join(folder, 'g.json'), 'null');
    writeFileSync(join(folder, 'h.json'), JSON.stringify({ id: '../a', kind: 'k', owner: dead, profile }));
    const report = await processRecords(folder).reap();
    expect(report.damaged.map((path) => path.slice(-6))).toEqual(
      ['a', 'b', 'c', 'd', 'f', 'g', 'h'].map((name) => `${name}.json`),
    );
    expect(report.profilesDeleted).toEqual([]);
    expect(existsSync(profile)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(7);
  });
});

describe('what is refused before anything is deleted', () => {
  it('is every folder in which others live, whatever it is marked as', async () => {
    const asked = ['/', homedir(), process.cwd(), dirname(process.cwd()), temporary, dirname(temporary)];
    for (const path of asked) expect(await refusal(path), path).toMatch(/where others live/);
    await markProfile(dirname(temporary));
    expect(await refusal(dirname(temporary))).toMatch(/where others live/);
  });

  it('is nothing of a profile in the temporary folder, or of a marked one elsewhere', async () => {
    expect(await refusal(makeFolder(temporary))).toBeUndefined();
    const elsewhere = makeFolder(outside);
    expect(await refusal(elsewhere)).toMatch(/outside/);
    await markProfile(elsewhere);
    expect(await refusal(elsewhere)).toBeUndefined();
  });
});
