import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveConfig } from '../config/index.ts';
import { withReader } from './open-reader.ts';

test('a store that has a name and nothing more yet is read as none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-open-'));
  try {
    writeFileSync(join(folder, 'holdfast.db'), '');
    const where = { cwd: folder, platform: 'linux', home: folder } as const;
    const { config } = resolveConfig({ flags: { dataDir: folder }, env: {}, ...where });
    expect(await withReader(config, (reader) => Promise.resolve(reader))).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
