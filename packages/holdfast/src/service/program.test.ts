import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyProgram } from './copy-program.ts';
import type { ProgramPlan } from './program.ts';
import { planProgram } from './program.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-program-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, content: string | object = path): void {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, typeof content === 'string' ? content : JSON.stringify(content));
}

function package_(path: string, name: string, more: object = {}): void {
  put(`${path}/package.json`, { name, version: '1.2.3', ...more });
  put(`${path}/dist/index.js`);
}

const HOLDFAST = { files: ['bin', 'dist'], dependencies: { a: '1', linked: '1' } };

/** A checkout: the program and one dependency are linked into node_modules, one is nested in two versions. */
function makeCheckout(): string {
  package_('clone/packages/holdfast', 'holdfast', HOLDFAST);
  put('clone/packages/holdfast/bin/holdfast.js');
  put('clone/packages/holdfast/src/secret.ts');
  put('clone/packages/holdfast/LICENSE');
  package_('clone/packages/linked', 'linked', { files: ['dist'] });
  put('clone/packages/linked/test/x.test.ts');
  package_('clone/node_modules/a', 'a', { dependencies: { b: '1' }, devDependencies: { c: '1' } });
  put('clone/node_modules/a/README.txt');
  package_('clone/node_modules/b', 'b', { dependencies: { a: '1' } });
  package_('clone/node_modules/c', 'c');
  put('clone/node_modules/node-x/bin/node', 'node');
  symlinkSync(join(folder, 'clone/packages/linked'), join(folder, 'clone/node_modules/linked'));
  return join(folder, 'clone/packages/holdfast');
}

function plan(root: string, node: string, links: readonly string[] = []): ProgramPlan {
  const [appFolder, execPath] = [join(folder, 'app'), join(folder, node)];
  return planProgram({ root, execPath, appFolder, platform: 'linux', looks: { links } });
}

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

describe('what a service starts', () => {
  it('is a copy of a checkout: what is published of the program, what it depends on, and the Node of the checkout', () => {
    const planned = plan(makeCheckout(), 'clone/node_modules/node-x/bin/node');
    if (planned.copy === null) throw new Error('no copy');
    expect(copyProgram(planned.copy, 'linux')).toBe(true);
    expect(filesOf(planned.copy.folder)).toEqual([
      'bin/node',
      'node_modules/a/README.txt',
      'node_modules/a/dist/index.js',
      'node_modules/a/package.json',
      'node_modules/b/dist/index.js',
      'node_modules/b/package.json',
      'node_modules/holdfast/LICENSE',
      'node_modules/holdfast/bin/holdfast.js',
      'node_modules/holdfast/dist/index.js',
      'node_modules/holdfast/package.json',
      'node_modules/linked/dist/index.js',
      'node_modules/linked/package.json',
    ]);
    expect(planned.node).toBe(join(planned.copy.folder, 'bin/node'));
    expect(planned.script).toBe(join(planned.copy.folder, 'node_modules/holdfast/dist/daemon/supervise.cjs'));
    expect(readdirSync(join(folder, 'app'))).toEqual([expect.stringMatching(/^1\.2\.3-[0-9a-f]{12}$/)]);
  });

  it('is named by its content: the same is not copied twice, a changed file makes another copy', () => {
    const root = makeCheckout();
    const node = 'clone/node_modules/node-x/bin/node';
    const first = plan(root, node).copy;
    if (first === null) throw new Error('no copy');
    copyProgram(first, 'linux');
    expect(copyProgram(first, 'linux')).toBe(false);
    expect(plan(root, node).copy?.folder).toBe(first.folder);
    put('clone/node_modules/b/dist/index.js', 'changed');
    expect(plan(root, node).copy?.folder).not.toBe(first.folder);
    expect(readFileSync(join(first.folder, 'node_modules/b/dist/index.js'), 'utf8')).not.toBe('changed');
  });

  it('is never half a copy: a failed one leaves nothing, and the rest of a cut-off one is removed', () => {
    const { copy } = plan(makeCheckout(), 'clone/node_modules/node-x/bin/node');
    if (copy === null) throw new Error('no copy');
    put('app/.new-1.2.3-x/half');
    rmSync(join(folder, 'clone/node_modules/b/dist/index.js'));
    expect(() => copyProgram(copy, 'linux')).toThrow(/ENOENT/);
    expect(readdirSync(join(folder, 'app'))).toEqual([]);
  });

  it('leaves a Node of the system where it is', () => {
    const root = makeCheckout();
    put('usr/bin/node');
    const node = join(folder, 'usr/bin/node');
    expect(plan(root, 'usr/bin/node', [node])).toMatchObject({ node, copy: { node: null } });
  });

  it('is the program itself when it is installed for all', () => {
    package_('usr/lib/node_modules/holdfast', 'holdfast', HOLDFAST);
    put('usr/bin/node');
    const [root, node] = [join(folder, 'usr/lib/node_modules/holdfast'), join(folder, 'usr/bin/node')];
    expect(plan(root, 'usr/bin/node', [node])).toMatchObject({
      node,
      script: join(root, 'dist/daemon/supervise.cjs'),
      copy: null,
    });
  });

  it.each(['project', '.npm/_npx/0a1b'])('is a copy when it is installed in %s', (project) => {
    put(`${project}/package.json`, '{}');
    package_(`${project}/node_modules/holdfast`, 'holdfast');
    put('usr/bin/node');
    const root = join(folder, project, 'node_modules/holdfast');
    expect(plan(root, 'usr/bin/node', [join(folder, 'usr/bin/node')]).copy).not.toBeNull();
  });

  it('is the copy itself when the copy installs anew', () => {
    const { copy, node, script } = plan(makeCheckout(), 'clone/node_modules/node-x/bin/node');
    if (copy === null) throw new Error('no copy');
    copyProgram(copy, 'linux');
    const again = plan(join(copy.folder, 'node_modules/holdfast'), node.slice(folder.length + 1));
    expect(again).toMatchObject({ node, script, copy: null });
  });

  it('keeps a second version of a package beneath the one that needs it', () => {
    const root = makeCheckout();
    package_('clone/packages/linked/node_modules/a', 'a');
    package_('clone/packages/linked', 'linked', { files: ['dist'], dependencies: { a: '2' } });
    const places = plan(root, 'clone/node_modules/node-x/bin/node').copy?.packages.map(({ to }) => to);
    expect(places).toContain('node_modules/a');
    expect(places).toContain('node_modules/linked/node_modules/a');
  });

  it('needs a checkout that is installed and built', () => {
    const root = makeCheckout();
    rmSync(join(folder, 'clone/node_modules/b'), { recursive: true });
    expect(() => plan(root, 'clone/node_modules/node-x/bin/node')).toThrow(/package b is not installed/);
    rmSync(join(root, 'dist'), { recursive: true });
    expect(() => plan(root, 'clone/node_modules/node-x/bin/node')).toThrow(/not built/);
  });
});
