import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStore } from '../store/sqlite/index.ts';
import { takeOwnerLock } from '../store/sqlite/owner-lock.ts';
import { Harvest, leased, paper } from '../store/testing/fixtures.ts';
import { runCommandLine } from './main.ts';
import { testIo } from './testing/test-io.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A store with some records and a proof of it, which every test gets a copy of. */
let pattern = '';
beforeAll(async () => {
  pattern = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
  const sources = [{ id: 's', kind: 'oai-pmh', baseUrl: 'http://127.0.0.1:1/oai', from: 'all' }];
  writeFileSync(join(pattern, 'holdfast.config.json'), JSON.stringify({ dataDir: '.', sources }));
  const store = await openStore({ file: join(pattern, 'holdfast.db'), clock: new VirtualClock() });
  const harvest = new Harvest(store, await leased(store));
  await harvest.add(Array.from({ length: 300 }, (_, n) => paper({ id: `p${n}` }, '2024-01-01')));
  await store.close();
  // Its window has no end yet.
  expect((await commandLine(pattern)('prove', 'proof.json')).code).toBe(4);
});
afterAll(() => rmSync(pattern, { recursive: true }));

function commandLine(cwd: string) {
  return async (...args: string[]) => {
    const io = testIo({ cwd });
    const code = await runCommandLine(['--config', join(cwd, 'holdfast.config.json'), ...args], io);
    return { code, out: io.out.text, err: io.err.text };
  };
}

function home() {
  const cwd = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
  folders.push(cwd);
  cpSync(pattern, cwd, { recursive: true });
  return { file: join(cwd, 'holdfast.db'), cli: commandLine(cwd) };
}

function overwrite(file: string, from: number, length: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(length, 0xa5), 0, length, from);
  closeSync(descriptor);
}

it('a store that is damaged beyond opening for writing is told by findings, and not a byte of it is written', async () => {
  const { file, cli } = home();
  expect((await cli('verify')).code).toBe(0);
  // Everything behind the first page, which says where things are.
  overwrite(file, 16_384, statSync(file).size - 16_384);
  const before = readFileSync(file);
  for (const args of [
    ['verify', '--json'],
    ['verify', '--json', '--proof', 'proof.json'],
  ]) {
    const { code, out } = await cli(...args);
    const found = JSON.parse(out) as { what: string; key: string; problem: string }[];
    expect(code).toBe(5);
    expect(found.length).toBeGreaterThan(3);
    expect(found.every(({ key, problem }) => key !== '' && problem !== '')).toBe(true);
  }
  expect(readFileSync(file).equals(before)).toBe(true);
});

it('a store that is found whole is told of as damaged no more; one that is not keeps its incident', async () => {
  const { file, cli } = home();
  const store = await openStore({ file, clock: new VirtualClock() });
  await store.putIncidents([
    {
      id: 'integrity:store:1',
      cause: 'integrity',
      scope: 'store',
      layer: 'storage',
      summary: 'the store does not hold what was written',
      sources: [],
      startedAt: 1,
      detectedAt: 1,
      recoveredAt: null,
      count: 1,
      actions: [],
      nextAttemptAt: null,
      recordsAffected: 0,
    },
  ]);
  await store.close();
  const retitle = (from: string, to: string): void => {
    const connection = new DatabaseSync(file);
    connection.prepare('UPDATE papers SET fields = replace(fields, ?, ?)').run(from, to);
    connection.close();
  };
  retitle('"title":null', '"title":"x"');
  expect((await cli('verify')).code).toBe(5);
  expect((await cli('status')).code).toBe(5);
  retitle('"title":"x"', '"title":null');
  // What is known of damage outweighs that no engine runs.
  expect((await cli('status')).code).toBe(5);
  expect(await cli('verify')).toMatchObject({ code: 0, err: '' });
  expect((await cli('status')).code).toBe(3);
  expect((await cli('incidents', '--json')).out).toContain('everything is as it was written');
});

it('a file that is no database any more, or has lost the number of its schema, is a finding', async () => {
  const { file, cli } = home();
  const connection = new DatabaseSync(file);
  connection.exec('PRAGMA user_version = 0');
  connection.close();
  expect(await cli('verify')).toMatchObject({ code: 5, out: expect.stringContaining('schema') as string });
  overwrite(file, 0, 100);
  for (const args of [['verify'], ['verify', '--proof', 'proof.json']])
    expect(await cli(...args)).toMatchObject({
      code: 5,
      out: expect.stringContaining('holdfast.db') as string,
    });
});

it('an engine that owns the store and does not answer is 75; a store of an older version says what to do', async () => {
  const { file, cli } = home();
  const lock = takeOwnerLock(file);
  expect((await cli('verify')).code).toBe(75);
  lock.release();
  const connection = new DatabaseSync(file);
  connection.exec('PRAGMA user_version = 3');
  connection.close();
  const { code, err } = await cli('verify');
  expect([code, err]).toEqual([1, expect.stringContaining('older schema 3')]);
});
