import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../store/sqlite/index.ts';
import { runCommandLine } from './main.ts';
import { testIo } from './testing/test-io.ts';

let folder = '';
let config = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-newer-'));
  config = join(folder, 'holdfast.config.json');
  const sources = [{ id: 's', kind: 'oai-pmh', baseUrl: 'http://127.0.0.1:1/oai', from: 'all' }];
  writeFileSync(config, JSON.stringify({ dataDir: '.', sources }));
  const file = join(folder, 'holdfast.db');
  await (await openStore({ file, clock: new VirtualClock() })).close();
  const connection = new DatabaseSync(file);
  connection.exec('PRAGMA user_version = 9999');
  connection.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--watch'],
  ['search', 'word'],
  ['show', '2301.00001'],
  ['export', '--format', 'jsonl'],
  ['feed'],
  ['sources'],
  ['gaps', '--json'],
  ['quarantine'],
  ['incidents'],
  ['verify'],
  ['prove'],
  ['digest'],
  ['audit'],
  ['redrive'],
  ['ack', '1', '--note', 'seen'],
  ['retry', 's'],
  ['pause'],
  ['resume'],
];

it.each(COMMANDS)('over a store that a newer version has written, `%s` ends with 78', async (...words) => {
  const file = join(folder, 'holdfast.db');
  const before = readFileSync(file);
  const io = testIo({ cwd: folder });
  const code = await runCommandLine(['--config', config, ...words], io);
  expect([code, io.err.text]).toEqual([78, expect.stringContaining('newer than this version')]);
  expect(io.out.text).toBe('');
  expect(readFileSync(file).equals(before)).toBe(true);
});
