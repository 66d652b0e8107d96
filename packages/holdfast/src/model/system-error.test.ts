import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tellRefusal } from './system-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-refusal-'));
const file = join(folder, 'file');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true }));

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test.each([
  ['a file where a folder has to be made', () => mkdirSync(file, { recursive: true }), 'EEXIST'],
  ['a folder below a file', () => realpathSync.native(join(file, 'x')), 'ENOTDIR'],
])('%s is told in a sentence that names it', (_, work, code) => {
  expect(tellRefusal(thrown(work))).toMatchObject({
    code,
    message: expect.stringContaining(file) as string,
    hint: expect.stringContaining('dataDir') as string,
  });
});

test('an error that is not a file system’s is left to whoever knows it', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  for (const other of [new TypeError('x'), null, 'text', refused]) expect(tellRefusal(other)).toBeNull();
});
