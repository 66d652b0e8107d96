import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { archiveName, writeArchive } from '../tools/release/archive.ts';
import { plain, program } from '../tools/release/entry.ts';
import { sourceTime } from '../tools/release/make.ts';
import { nodeFiles } from '../tools/release/node-package.ts';
import { ownPlatform, platforms } from '../tools/release/platforms.ts';
import { covered } from './needs.ts';
import { manifestOf } from './npm.ts';

const { version } = manifestOf('packages/holdfast');
const isolated = join(root, 'packages/holdfast/test/process/systemd/isolated.sh');
const possible = process.platform === 'linux' && spawnSync('bash', [isolated, 'true']).status === 0;

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-archive-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Node as small as the tests of names and bytes need it. */
const toy = {
  version: '0.0.0',
  files: [
    program('bin/node', 'n'),
    program('bin/node.exe', 'n'),
    plain('LICENSE', 'l'),
    plain('package.json', '{}'),
  ],
};

test.each(platforms.filter(({ name }) => /^(linux|win)-x64$/.test(name)))(
  'an archive for $name has the same bytes when it is made twice',
  async (platform) => {
    const made: Buffer[] = [];
    for (const name of ['one', 'two']) {
      const into = join(folder, `${platform.name}-${name}`);
      mkdirSync(into);
      const file = await writeArchive(into, {
        root,
        platform,
        version,
        node: toy,
        seconds: sourceTime(root),
      });
      expect(file).toBe(`holdfast-${version}-${platform.name}${platform.windows ? '.zip' : '.tar.gz'}`);
      made.push(readFileSync(join(into, file)));
    }
    expect(made[0]?.length).toBeGreaterThan(100_000);
    expect(made[0]?.equals(made[1] ?? Buffer.alloc(0))).toBe(true);
  },
);

const own = ownPlatform();
describe.skipIf(own === undefined)('the archive for this machine', () => {
  let file = '';
  let home = '';

  /** Runs the unpacked program as somebody who has no Node of their own. */
  function run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const [command, ...before] =
      process.platform === 'win32'
        ? ['cmd', '/c', join(home, 'bin', 'holdfast.cmd')]
        : [join(home, 'bin/holdfast')];
    const path = process.env['PATH'] ?? '';
    const tools = path.split(delimiter).filter((each) => !hasNode(each));
    const bare = process.platform === 'win32' ? tools.join(delimiter) : join(folder, 'tools');
    const work = join(folder, 'work');
    mkdirSync(work, { recursive: true });
    return spawnSync(command ?? '', [...before, ...args], {
      cwd: work,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PATH: bare,
        HOME: work,
        HOLDFAST_STATE_DIR: join(work, 'state'),
      },
    });
  }

  beforeAll(async () => {
    if (own === undefined) return;
    const node = nodeFiles(root, own, join(folder, 'cache'), true);
    file = await writeArchive(folder, { root, platform: own, version, node, seconds: sourceTime(root) });
    execFileSync('tar', ['-xf', file], { cwd: folder });
    home = join(folder, archiveName({ version, platform: own }));
    // What the launcher calls, and nothing else: above all no Node.
    mkdirSync(join(folder, 'tools'));
    for (const tool of ['dirname', 'readlink']) {
      if (process.platform !== 'win32')
        writeFileSync(join(folder, 'tools', tool), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n`, {
          mode: 0o755,
        });
    }
  });

  test('says what it is, with the licences of everything in it', () => {
    expect(readdirSync(home).sort()).toEqual(
      ['LICENSE', 'README.txt', 'THIRD-PARTY-LICENSES.txt', 'app', 'bin', 'sbom.cdx.json'].sort(),
    );
    const licences = readFileSync(join(home, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const bill = JSON.parse(readFileSync(join(home, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string; hashes?: object[] }[];
    };
    const foreign = bill.components.filter(({ hashes }) => hashes !== undefined);
    expect(foreign.length).toBeGreaterThan(8);
    for (const { name, version: its } of foreign)
      expect(licences).toContain(`${name === 'node' ? 'Node.js' : name} ${its}\n`);
  });

  test('holds no file of the developers: nothing of the checkout, no tests', () => {
    const files = readdirSync(join(home, 'app/node_modules'), { recursive: true, withFileTypes: true });
    const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const ours = paths.filter((path) => /node_modules[/\\](?:holdfast|@holdfast)[/\\]/.test(path));
    expect(ours.length).toBeGreaterThan(500);
    expect(ours.filter((path) => readFileSync(path).includes(root))).toEqual([]);
    expect(
      paths.filter((path) => /\.test\.|\.d\.ts$|[/\\](typescript|vitest)[/\\]/.test(path.slice(home.length))),
    ).toEqual([]);
  });

  test('starts under its own Node where there is none', () => {
    expect(run('--version')).toMatchObject({ status: 0, stderr: '', stdout: `${version}\n` });
    const said = run('doctor', '--offline').stdout;
    expect(said).toContain(realpathSync(home));
  });

  test.skipIf(process.platform === 'win32')('starts through a link, from anywhere', () => {
    const link = join(folder, 'link');
    execFileSync('ln', ['-s', join(home, 'bin/holdfast'), link]);
    expect(spawnSync(link, ['--version'], { encoding: 'utf8' }).stdout).toBe(`${version}\n`);
  });

  test('harvests and compares, lists its drill and tells how it stands', () => {
    const demo = run('demo');
    expect(demo.status, demo.stderr).toBe(0);
    expect(demo.stdout).toMatch(/^arxiv +\d+ +1200 +1200 +0 +0 +0$/m);
    const list = run('drill', '--list');
    expect(list.status, list.stderr).toBe(0);
    expect(list.stdout).toContain('process killed');
    expect(run('status').status).toBe(3);
  });

  describe.skipIf(!covered('an isolated systemd', possible))('as a service', () => {
    const seen = new Map<string, string>();
    beforeAll(() => {
      const hidden = join(folder, 'hidden');
      mkdirSync(hidden);
      const script = join(dirname(import.meta.filename), 'release/archive-service.sh');
      const words = [isolated, 'bash', script, join(folder, file), hidden];
      const { status, stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', timeout: 110_000 });
      expect(status, stderr).toBe(0);
      for (const line of stdout.trim().split('\n')) {
        const [name = '', ...rest] = line.split(' ');
        seen.set(name, rest.join(' '));
      }
    });

    test('is installed as a copy that is no part of the unpacked folder', () => {
      expect(seen.get('install')).toBe('0');
      expect(seen.get('running')).toBe('supervisors 1 engines 1');
      expect(seen.get('copied')).toMatch(new RegExp(`^\\.local/share/holdfast/app/${version}-[0-9a-f]{12}$`));
    });

    test('is brought back when that folder is gone', () => {
      expect(seen.get('without-archive')).toBe('supervisors 1 engines 1');
      expect(seen.get('status')).toBe('0');
      expect(seen.get('version')).toBe(version);
    });

    test('is removed by its own command line, and only the data stay', () => {
      expect(seen.get('uninstall')).toMatch(/^0 The data stay in .*\/data\.$/);
      expect(seen.get('in-the-end')).toBe('supervisors 0 engines 0 linger');
      expect(seen.get('data')).toBe('1 0');
      expect(seen.get('left')).not.toMatch(/service|app\//);
    });
  });
});

function hasNode(path: string): boolean {
  try {
    return readdirSync(path).some((name) => /^node(\.exe|\.cmd)?$/.test(name));
  } catch {
    return false;
  }
}
