import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { copyProgram } from '../../src/service/copy-program.ts';
import { planProgram } from '../../src/service/program.ts';

const checkout = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
const root = join(checkout, 'packages/holdfast');
const mayMount = process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;

let folder = '';
let node = '';
let supervisor = '';
let copy = '';
let cli = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-copy-'));
  const { platform, execPath } = process;
  const plan = planProgram({ root, execPath, appFolder: join(folder, 'app'), platform });
  if (plan.copy === null) throw new Error('a checkout is not copied');
  copyProgram(plan.copy, platform);
  ({ node } = plan);
  supervisor = plan.script;
  copy = plan.copy.folder;
  cli = join(copy, 'node_modules/holdfast/bin/holdfast.js');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the copy of the program that a service starts', () => {
  test('has everything that the program depends on, and nothing of what only its developers need', () => {
    const names = readdirSync(join(copy, 'node_modules'));
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
    const needed = Object.keys(manifest.dependencies).map((name) => name.split('/')[0]);
    expect(names).toEqual(expect.arrayContaining([...needed, 'holdfast', 'xmlchars']));
    expect(names.filter((name) => /typescript|vitest|playwright/.test(name))).toEqual([]);
    expect(existsSync(join(copy, 'node_modules/holdfast/src'))).toBe(false);
  });

  test('does not name the checkout anywhere', () => {
    const files = readdirSync(join(copy, 'node_modules'), { recursive: true, withFileTypes: true });
    const naming = files
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(checkout));
    expect(files.length).toBeGreaterThan(100);
    expect(naming).toEqual([]);
  });

  test.skipIf(!covered('mounts', mayMount))('runs when the checkout is gone', () => {
    const hidden = `mount -t tmpfs tmpfs "$1" && cd / && ! [ -e "$1/packages" ] && shift && exec "$@"`;
    const run = (...words: string[]) =>
      spawnSync('unshare', ['-m', 'sh', '-c', hidden, 'sh', checkout, node, ...words], {
        encoding: 'utf8',
        env: { HOME: folder, PATH: '/usr/bin:/bin', HOLDFAST_STATE_DIR: join(folder, 'state') },
      });
    expect(run(supervisor, '--config', '/nowhere')).toMatchObject({
      status: 78,
      stderr: expect.stringContaining('there is no such file'),
    });
    expect(run(cli, '--version')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const status = run(cli, 'status', '--json', '--data-dir', join(folder, 'data'));
    expect(status).toMatchObject({ status: 3, stderr: '' });
    expect(JSON.parse(status.stdout)).toMatchObject({ engine: { state: 'stopped' } });
  });
});
