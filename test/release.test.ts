import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { neededPackages } from '../packages/holdfast/src/service/package-files.ts';
import { addRelease, sectionOf } from '../tools/release/changelog-file.ts';
import { writeChecksums } from '../tools/release/checksums.ts';
import { plain, program } from '../tools/release/entry.ts';
import type { Entry } from '../tools/release/entry.ts';
import { isIntact } from '../tools/release/node-package.ts';
import { lockedPackage, platforms } from '../tools/release/platforms.ts';
import { prepare } from '../tools/release/prepare.ts';
import { obstacles, obstaclesOfFolder, obstaclesToPrepare } from '../tools/release/ready.ts';
import { bill, componentsOf, nodeComponent } from '../tools/release/sbom.ts';
import { readTarball, writeTarball } from '../tools/release/tar.ts';
import { setVersion, versionFiles, versions } from '../tools/release/versions.ts';
import { writeZip } from '../tools/release/zip.ts';
import { covered } from './needs.ts';
import { npm, runtimeDependencies } from './npm.ts';

const SECONDS = Date.UTC(2026, 10, 22, 12) / 1000;
const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-release-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files of all sorts: empty, of a whole block, with a long path, with letters beyond ASCII, to be run. */
const entries: readonly Entry[] = [
  plain('a/empty', ''),
  plain('a/block', 'x'.repeat(512)),
  plain(`a/${'long/'.repeat(30)}name.txt`, 'far down'),
  plain('a/größe.txt', 'ü'),
  program('a/bin/run', '#!/bin/sh\necho it runs\n'),
];

describe('a tar archive', () => {
  test('is unpacked by tar as it was, and its programs can be run', async () => {
    const [file, into] = [join(folder, 'a.tar.gz'), join(folder, 'from-tar')];
    await writeTarball(file, entries, SECONDS);
    mkdirSync(into);
    execFileSync('tar', ['-xzf', file, '-C', into]);
    for (const { path, data } of entries)
      expect(readFileSync(join(into, path)).equals(data), path).toBe(true);
    if (process.platform !== 'win32') {
      expect(execFileSync(join(into, 'a/bin/run'), { encoding: 'utf8' })).toBe('it runs\n');
    }
  });

  test('is read back by our own reader, which also reads what npm packs', async () => {
    const file = join(folder, 'back.tar.gz');
    await writeTarball(file, entries, SECONDS);
    const back = new Map(readTarball(readFileSync(file)).map((entry) => [entry.path, entry]));
    expect(back.size).toBe(entries.length);
    for (const entry of entries) expect(back.get(entry.path)).toEqual(entry);
    const packed = JSON.parse(
      npm(join(root, 'packages/resilience'), 'pack', '--json', '--pack-destination', folder),
    );
    const [{ filename, files }] = packed as [{ filename: string; files: readonly { path: string }[] }];
    const paths = readTarball(readFileSync(join(folder, filename))).map(({ path }) => path);
    expect(paths.sort()).toEqual(files.map(({ path }) => `package/${path}`).sort());
  });

  test('has the same bytes whatever the order of the files, and others at another time', async () => {
    const digest = async (name: string, list: readonly Entry[], seconds: number): Promise<string> => {
      await writeTarball(join(folder, name), list, seconds);
      return createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
    };
    const first = await digest('1.tar.gz', entries, SECONDS);
    expect(await digest('2.tar.gz', entries.toReversed(), SECONDS)).toBe(first);
    expect(await digest('3.tar.gz', entries, SECONDS + 1)).not.toBe(first);
  });

  test('refuses a path that the format cannot hold', async () => {
    const long = plain('x'.repeat(300), '');
    await expect(writeTarball(join(folder, 'long.tar.gz'), [long], SECONDS)).rejects.toThrow(/too long/);
  });
});

describe('a zip archive', () => {
  test.skipIf(!covered('python3', has('python3')))('is read by another program as it was written', () => {
    const file = join(folder, 'a.zip');
    writeZip(file, entries, SECONDS);
    const script = `
import sys, zipfile, json
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, z.read(i).hex(), i.external_attr >> 16 & 0o777, list(i.date_time)] for i in z.infolist()]))`;
    const seen = JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })) as unknown[];
    const expected = entries.map(({ path, data, executable }) => [
      path,
      data.toString('hex'),
      executable ? 0o755 : 0o644,
      [2026, 11, 22, 12, 0, 0],
    ]);
    expect(seen).toHaveLength(entries.length);
    expect(seen).toEqual(expect.arrayContaining(expected));
  });

  test('has the same bytes whatever the order of the files', () => {
    const [one, two] = [join(folder, '1.zip'), join(folder, '2.zip')];
    writeZip(one, entries, SECONDS);
    writeZip(two, entries.toReversed(), SECONDS);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });
});

describe('Node for an archive', () => {
  test('is pinned by the lock file for every platform, in one version', () => {
    const locked = platforms.map(({ node }) => lockedPackage(root, node));
    expect(new Set(locked.map(({ version }) => version)).size).toBe(1);
    for (const { integrity } of locked) expect(integrity).toMatch(/^sha512-/);
  });

  test('is taken only in the bytes that are pinned', () => {
    const content = Buffer.from('node');
    const digest = createHash('sha512').update(content).digest('base64');
    expect(isIntact(content, `sha512-${digest}`)).toBe(true);
    expect(isIntact(Buffer.from('Node'), `sha512-${digest}`)).toBe(false);
    expect(isIntact(content, '')).toBe(false);
  });
});

describe('the bill of materials', () => {
  const node = {
    version: '26.10.0',
    files: [program('bin/node', 'n'), plain('LICENSE', 'l')],
  };
  const [platform] = platforms;
  const components = [
    ...componentsOf(root, neededPackages(join(root, 'packages/holdfast'))),
    ...(platform === undefined ? [] : [nodeComponent(platform, node)]),
  ];
  const text = bill({ name: 'x', version: '1.2.3', seconds: SECONDS }, components);
  const read = JSON.parse(text) as {
    serialNumber: string;
    metadata: { timestamp: string };
    components: {
      name: string;
      version: string;
      purl: string;
      'bom-ref': string;
      hashes?: { content: string }[];
      licenses: object[];
    }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };

  test('lists everything that the program needs, with the digests that npm tells of', () => {
    const flags = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
    const theirs = JSON.parse(npm(root, 'sbom', ...flags, '--workspace', 'holdfast')) as typeof read;
    const digests = ({ components: list }: typeof read): string[] =>
      list
        .filter(({ purl, hashes }) => purl.startsWith('pkg:npm/') && hashes !== undefined)
        .map(({ purl, hashes }) => `${purl} ${String(hashes?.[0]?.content)}`);
    // npm 11 leaves out a package that is also somebody's optional peer, so its list is only the least.
    expect(digests(theirs).length).toBeGreaterThan(7);
    expect(digests(read)).toEqual(expect.arrayContaining(digests(theirs)));
    const names = read.components.map(({ name }) => name).filter((name) => name !== 'node');
    expect(names.sort()).toEqual([...runtimeDependencies('packages/holdfast'), 'holdfast'].sort());
  });

  test('has the shape of CycloneDX 1.6', () => {
    expect(read).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(read.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(read.metadata.timestamp).toBe('2026-11-22T12:00:00.000Z');
    const refs = read.components.map((each) => each['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    for (const each of read.components) expect(each.licenses.length, each.name).toBeGreaterThan(0);
    for (const { ref, dependsOn } of read.dependencies.slice(1)) {
      expect(refs).toContain(ref);
      expect(refs).toEqual(expect.arrayContaining(dependsOn));
    }
  });

  test('names Node with its version and the digest of its binary, and is the same each time', () => {
    const listed = read.components.find(({ name }) => name === 'node');
    expect(listed).toMatchObject({
      version: '26.10.0',
      hashes: [{ content: createHash('sha256').update('n').digest('hex') }],
    });
    expect(bill({ name: 'x', version: '1.2.3', seconds: SECONDS }, components.toReversed())).toBe(text);
  });
});

describe('the changelog', () => {
  const fragments = [
    { file: '2.fix.md', text: 'two\n' },
    { file: '1.feature.md', text: 'one' },
  ];

  test('gets a section from fragments, above the older ones', () => {
    const first = addRelease('', '0.1.0', '2026-01-01', fragments.slice(1));
    const second = addRelease(first, '0.2.0', '2026-02-01', fragments);
    expect(second.indexOf('## 0.2.0 (2026-02-01)')).toBeLessThan(second.indexOf('## 0.1.0 (2026-01-01)'));
    expect(sectionOf(second, '0.2.0')?.trim()).toBe(
      '## 0.2.0 (2026-02-01)\n\n### New\n\none\n\n### Mended\n\ntwo',
    );
    expect(sectionOf(second, '0.1.0')?.trim()).toBe('## 0.1.0 (2026-01-01)\n\n### New\n\none');
    expect(sectionOf(second, '0.3.0')).toBeNull();
  });

  test('does not change when there is nothing new, and takes up what comes later, with its $', () => {
    const once = addRelease('', '0.2.0', '2026-02-01', fragments);
    expect(addRelease(once, '0.2.0', '2026-03-01', [])).toBe(once);
    const more = addRelease(once, '0.2.0', '2026-03-01', [{ file: '3.fix.md', text: "costs $& and $'" }]);
    expect(sectionOf(more, '0.2.0')).toContain("### Mended\n\ntwo\n\ncosts $& and $'");
  });
});

test('a folder is emptied for a release only where that takes nothing else away', () => {
  const out = join(folder, 'somewhere');
  expect(obstaclesOfFolder(root, out)).toEqual([]);
  mkdirSync(out);
  expect(obstaclesOfFolder(root, out)).toEqual([]);
  writeFileSync(join(out, 'letter.txt'), 'dear');
  expect(obstaclesOfFolder(root, out)).toEqual([expect.stringContaining('no release')]);
  writeFileSync(join(out, 'SHA256SUMS'), '');
  expect(obstaclesOfFolder(root, out)).toEqual([]);
  expect(readdirSync(out)).toContain('letter.txt');
});

describe('what keeps a release from being made', () => {
  let copy = '';
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
      cwd: copy,
      encoding: 'utf8',
    });
  const commit = (): void => {
    git('add', '-A');
    git('commit', '-qm', 'x');
  };

  beforeAll(() => {
    copy = join(folder, 'copy');
    for (const path of versionFiles) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path));
    }
    mkdirSync(join(copy, 'changelog.d'));
    writeFileSync(join(copy, 'changelog.d/TEMPLATE.md'), 'how');
    git('init', '-q');
    commit();
  });

  test('is told each by a sentence, and goes away as it is mended', () => {
    writeFileSync(join(copy, 'changelog.d/7.fix.md'), 'Pending: words');
    expect(obstaclesToPrepare(copy, '9.8')).toEqual([
      '9.8 is no version such as 1.2.3.',
      expect.stringContaining('changelog.d/7.fix.md'),
      expect.stringContaining('"Pending"'),
    ]);
    writeFileSync(join(copy, 'changelog.d/7.fix.md'), '**It was.** It is pending.\n');
    commit();
    expect(obstaclesToPrepare(copy, '9.8.7')).toEqual([]);
    expect(obstacles(copy).join('\n')).toMatch(/7\.fix\.md.*\n.*no section/s);

    const dry = prepare(copy, '9.8.7', '2026-11-22', true).join('\n');
    expect(dry).toContain('**It was.** It is pending.');
    expect(git('status', '--porcelain')).toBe('');

    prepare(copy, '9.8.7', '2026-11-22', false);
    expect(obstacles(copy)).toEqual([expect.stringContaining('not committed')]);
    commit();
    expect(obstacles(copy)).toEqual([]);
    expect(readdirSync(join(copy, 'changelog.d'))).toEqual(['TEMPLATE.md']);
    expect(new Set(versions(copy).map(({ version }) => version))).toEqual(new Set(['9.8.7']));

    prepare(copy, '9.8.7', '2026-11-23', false);
    expect(git('status', '--porcelain')).toBe('');

    const path = join(copy, 'packages/upstream/package.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('9.8.7', '9.8.6'));
    commit();
    expect(obstacles(copy)).toEqual([expect.stringContaining('packages/upstream/package.json says 9.8.6')]);
    setVersion(copy, '9.8.7');
    commit();
    expect(obstacles(copy)).toEqual([]);
  });
});

test('the versions of this repository agree', () => {
  expect(new Set(versions(root).map(({ version }) => version)).size).toBe(1);
});

test.skipIf(process.platform !== 'linux')('the checksums are read by sha256sum', () => {
  writeFileSync(join(folder, 'one file'), 'a');
  writeFileSync(join(folder, 'two'), 'b');
  writeChecksums(folder, ['two', 'one file']);
  const check = (): number | null => spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder }).status;
  expect(check()).toBe(0);
  writeFileSync(join(folder, 'two'), 'c');
  expect(check()).toBe(1);
});
