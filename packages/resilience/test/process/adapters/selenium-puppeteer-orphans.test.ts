import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { processRecords } from '../../../src/session/index.ts';
import { hasChromedriver, livingIn } from './chromium.ts';

const owner = fileURLToPath(new URL('./selenium-puppeteer-owner.ts', import.meta.url));

describe.skipIf(!covered('Chromium', hasChromedriver))('when the program is killed', () => {
  test.each(['puppeteer', 'selenium'])(
    'the browser of %s, which outlives it, is ended by the next one, with its profile',
    async (driver) => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-records-'));
      try {
        const child = spawn(process.execPath, ['--conditions=@holdfast/source', owner, driver, folder], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        await once(child.stdout, 'data');
        const records = processRecords(folder);
        const profile = (await records.list()).flatMap((record) => record.profile ?? [])[0] ?? '';
        expect(livingIn(profile).length).toBeGreaterThan(0);
        expect((await records.reap()).ended).toEqual([]);
        child.kill('SIGKILL');
        await once(child, 'exit');
        expect(livingIn(profile).length).toBeGreaterThan(0);
        const { ended, profilesDeleted, left } = await records.reap();
        expect(ended.length).toBeGreaterThan(0);
        expect(left).toEqual([]);
        expect(profilesDeleted).toEqual([profile]);
        expect(livingIn(profile)).toEqual([]);
        expect(existsSync(profile)).toBe(false);
        expect(await records.list()).toEqual([]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
