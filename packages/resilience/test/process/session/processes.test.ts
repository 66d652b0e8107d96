import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../../src/clock/system-clock.ts';
import { identify, isAlive } from '../../../src/process/process-identity.ts';
import type { ProcessIdentity } from '../../../src/process/process-identity.ts';
import { endTree } from '../../../src/process/end-tree.ts';
import { processRecords } from '../../../src/session/processes/process-records.ts';

const script = (name: string): string => fileURLToPath(new URL(`testing/${name}.ts`, import.meta.url));

let root: string;
let started: ProcessIdentity[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-processes-'));
  started = [];
});
afterEach(() => {
  for (const each of started) if (isAlive(each)) process.kill(each.pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** Starts a script and reads who it says is there; itself first unless it is an owner. */
async function start(name: string, ...args: readonly string[]): Promise<ProcessIdentity[]> {
  const child = spawn(process.execPath, [script(name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const identities = String(text)
    .trim()
    .split(' ')
    .flatMap((pid) => identify(Number(pid)) ?? []);
  const own = identify(child.pid ?? 0);
  started.push(...identities, ...(own === null ? [] : [own]));
  return name === 'tree' || own === null ? identities : [own, ...identities];
}

const first = (identities: readonly ProcessIdentity[]): ProcessIdentity => {
  const [one] = identities;
  if (one === undefined) throw new Error('nothing was started');
  return one;
};
const pidsOf = (identities: readonly ProcessIdentity[]): number[] =>
  identities.map(({ pid }) => pid).sort((a, b) => a - b);

describe.skipIf(process.platform === 'win32')('the end of a tree', () => {
  it('takes the children along, politely where they hear', async () => {
    const tree = await start('tree', 'polite');
    expect(tree).toHaveLength(3);
    const report = await endTree(first(tree), { clock });
    expect(pidsOf(report.ended)).toEqual(pidsOf(tree));
    expect(report).toMatchObject({ killed: 0, left: [] });
    expect(tree.filter((each) => isAlive(each))).toEqual([]);
  });

  it('kills those who do not hear, also when their parent has gone meanwhile', async () => {
    const tree = await start('tree', 'leaving', '2', 'leader');
    const report = await endTree(first(tree), { clock, termMs: 300 });
    expect(pidsOf(report.ended)).toEqual(pidsOf(tree));
    expect(report).toMatchObject({ killed: 1, left: [] });
    expect(tree.filter((each) => isAlive(each))).toEqual([]);
  });

  it('reaches what was stopped', async () => {
    const tree = await start('tree', 'polite');
    for (const { pid } of tree) process.kill(pid, 'SIGSTOP');
    const report = await endTree(first(tree), { clock, termMs: 60_000 });
    expect(report).toMatchObject({ killed: 0, left: [] });
    expect(tree.filter((each) => isAlive(each))).toEqual([]);
  });

  it('leaves a process alone that merely has the number', async () => {
    const tree = await start('tree', 'polite', '0');
    const earlier = { ...first(tree), startedAt: '1' };
    expect(await endTree(earlier, { clock })).toEqual({ ended: [], killed: 0, left: [] });
    expect(isAlive(first(tree))).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('what an owner that was killed leaves', () => {
  const mark = 'mark-of-this-test';
  const begin = async (when: string) => {
    const profile = join(root, 'profile');
    mkdirSync(profile);
    writeFileSync(join(profile, 'Cookies'), 'x');
    const folder = join(root, 'records');
    const [owner, ...tree] = await start('owner', folder, profile, when, `${mark}-${when}`);
    if (owner === undefined) throw new Error('no owner');
    expect(tree).toHaveLength(2);
    return { owner, tree, profile, folder };
  };
  const kill = async (owner: ProcessIdentity): Promise<void> => {
    process.kill(owner.pid, 'SIGKILL');
    while (isAlive(owner)) await clock.sleep(10);
  };

  it('is left alone while the owner lives, then ended with its profile, by two reapers at once', async () => {
    const { owner, tree, profile, folder } = await begin('late');
    const [one, two] = [processRecords(folder), processRecords(folder)];
    expect(await one.reap()).toMatchObject({ ended: [], profilesDeleted: [] });
    expect(tree.every((each) => isAlive(each))).toBe(true);

    await kill(owner);
    expect(tree.every((each) => isAlive(each))).toBe(true);
    const reports = await Promise.all([one.reap(), two.reap()]);
    expect(reports.every(({ left, profilesKept }) => left.length + profilesKept.length === 0)).toBe(true);
    const ended = new Map(reports.flatMap((report) => report.ended).map((each) => [each.pid, each]));
    expect(pidsOf([...ended.values()])).toEqual(pidsOf(tree));
    expect(reports.flatMap((report) => report.profilesDeleted)).toContain(profile);
    expect(tree.filter((each) => isAlive(each))).toEqual([]);
    expect(existsSync(profile)).toBe(false);
    expect(await one.list()).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')(
    'is found by its mark when the owner died before it learnt the process',
    async () => {
      const { owner, tree, profile, folder } = await begin('early');
      await kill(owner);
      const records = processRecords(folder);
      expect((await records.list()).map((record) => record.process)).toEqual([undefined]);
      const report = await records.reap();
      expect(pidsOf([...new Map(report.ended.map((each) => [each.pid, each])).values()])).toEqual(
        pidsOf(tree),
      );
      expect(report.left).toEqual([]);
      expect(tree.filter((each) => isAlive(each))).toEqual([]);
      expect(existsSync(profile)).toBe(false);
    },
  );
});
