import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { writeArchive } from '../tools/release/archive.ts';
import { nodeFiles } from '../tools/release/node-package.ts';
import { ownPlatform } from '../tools/release/platforms.ts';
import { buildCommit, missingCommit, PREVIOUS } from '../tools/upgrade/previous.ts';
import { faultsOf, tryUpgrade } from '../tools/upgrade/try-upgrade.ts';
import { manifestOf } from './npm.ts';

const cli = join(root, 'packages/holdfast/bin/holdfast.js');
const isolated = join(root, 'packages/holdfast/test/process/systemd/isolated.sh');
const full = process.env['HOLDFAST_TEST_FULL'] === '1';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-upgrade-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a store of a newer version is refused with 78, by a sentence, and not touched', () => {
  const file = join(folder, 'newer/data/holdfast.db');
  mkdirSync(join(folder, 'newer/data'), { recursive: true });
  const newer = new DatabaseSync(file);
  newer.exec('CREATE TABLE t (a); PRAGMA user_version = 999');
  newer.close();
  const digest = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  const before = digest();
  const source = { id: 'nobody', kind: 'oai-pmh', baseUrl: 'http://127.0.0.1:9/oai', from: 'all' };
  const config = { dataDir: './data', contact: 'you@example.org', sources: [source] };
  writeFileSync(join(folder, 'newer/holdfast.config.json'), JSON.stringify(config));
  const env = { ...process.env, HOLDFAST_STATE_DIR: join(folder, 'newer/state') };
  const { status, stderr } = spawnSync(process.execPath, [cli, 'run', '--once'], {
    cwd: join(folder, 'newer'),
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(stderr).toMatch(/schema 999, which is newer than this version's \d+; nothing was touched/);
  expect(status).toBe(78);
  expect(digest()).toBe(before);
});

test('a clone without the previous version says how to get it', () => {
  expect(missingCommit(root, '0'.repeat(40))).toContain('git fetch --unshallow');
});

// The previous version is built from git: some minutes, and only where the clone holds it (`npm run upgrade`).
describe.skipIf(!full || missingCommit(root, PREVIOUS) !== null)('over the data of version 0.1.0', () => {
  let older = '';
  beforeAll(() => {
    older = buildCommit(root, PREVIOUS, join(folder, 'older'));
  }, 300_000);

  test('a walk that was killed goes on, with every number and hash as it was; and there is a way back', async () => {
    const found = await tryUpgrade(join(folder, 'data'), older, cli);
    expect(faultsOf(found)).toEqual([]);
  }, 400_000);

  const own = ownPlatform();
  const possible = process.platform === 'linux' && spawnSync('bash', [isolated, 'true']).status === 0;
  test.skipIf(!possible || own === undefined)(
    'a service of the older version is replaced by that of an archive: one supervisor, one engine, one copy, the data upgraded',
    async () => {
      if (own === undefined) return;
      const { version } = manifestOf('packages/holdfast');
      const node = nodeFiles(root, own, join(folder, 'cache'), true);
      const archive = await writeArchive(folder, {
        root,
        platform: own,
        version,
        node,
        seconds: 1_700_000_000,
      });
      const hidden = join(folder, 'hidden');
      mkdirSync(hidden);
      const script = join(import.meta.dirname, 'release/archive-service.sh');
      const words = [isolated, 'bash', script, join(folder, archive), hidden, older, process.execPath];
      const { status, stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', timeout: 200_000 });
      expect(status, stderr).toBe(0);
      for (const line of [
        'old-install 0',
        'old-schema 3',
        'install 0',
        'running supervisors 1 engines 1',
        'copies 1',
        'without-archive supervisors 1 engines 1',
        `version ${version}`,
        'data 1 1',
      ]) {
        expect(stdout.split('\n')).toContain(line);
      }
      expect(stdout).toMatch(/^old-version 0\.1\.0-/m);
      expect(Number(/^schema (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(3);
    },
    400_000,
  );
});
