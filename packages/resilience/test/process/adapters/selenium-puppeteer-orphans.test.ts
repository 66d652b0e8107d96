import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { until } from '../../../src/adapters/testing/bench-tools.ts';
import { processRecords } from '../../../src/session/index.ts';
import { hasChromedriver, livingIn } from './chromium.ts';

const owner = fileURLToPath(new URL('./selenium-puppeteer-owner.ts', import.meta.url));

/** A program that opens a browser with temporary files in one folder and records in another. */
function startOwner(driver: string, records: string, env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return spawn(process.execPath, ['--conditions=@holdfast/source', owner, driver, records], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
}

describe.skipIf(!covered('Chromium', hasChromedriver))('when the program is killed', () => {
  test.each(['puppeteer', 'selenium'])(
    'the browser of %s, which outlives it, is ended by the next one, with its profile',
    async (driver) => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-records-'));
      try {
        const child = startOwner(driver, folder);
        if (child.stdout === null) throw new Error('the owner must be heard');
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

  test.each(['playwright', 'puppeteer', 'selenium'])(
    'in the middle of a launch by %s, neither a process nor a folder is left',
    async (driver) => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-launch-'));
      const recordsFolder = `${folder}-records`;
      try {
        const child = startOwner(driver, recordsFolder, { ...process.env, TMPDIR: folder });
        let isOpen = false;
        child.stdout?.on('data', () => (isOpen = true));
        const records = processRecords(recordsFolder);
        const isUnderWay = async (): Promise<boolean> => {
          const noted = (await records.list()).flatMap(({ profile }) => profile ?? []);
          // Playwright's own profile is noted as soon as its process shows it.
          return noted.length >= (driver === 'playwright' ? 2 : 1);
        };
        while (!(await isUnderWay())) await new Promise((resolve) => setImmediate(resolve));
        child.kill('SIGKILL');
        await once(child, 'exit');
        expect(isOpen).toBe(false);
        expect(await records.reap()).toMatchObject({ left: [], profilesKept: [] });
        expect(await readdir(folder)).toEqual([]);
        await until('no process is left', () => livingIn(folder).length === 0);
        expect(await records.list()).toEqual([]);
      } finally {
        await rm(folder, { recursive: true, force: true });
        await rm(recordsFolder, { recursive: true, force: true });
      }
    },
  );
});
