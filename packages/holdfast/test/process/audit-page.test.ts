import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { auditPage } from '../../src/cli/audit/html/audit-page.ts';
import { longReport, reportOf } from '../../src/cli/audit/testing/example-reports.ts';
import { axe, HAS_CHROMIUM, openBrowser, openPage } from './page/browser.ts';

/** A folder to keep a picture of every view in; none are kept without it. */
const SHOTS = process.env['HOLDFAST_SCREENSHOTS'];
const VIEWS = [
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 320 },
] as const;

describe.skipIf(!covered('Chromium', HAS_CHROMIUM))('the page of an audit', () => {
  let browser: Browser;
  let folder = '';
  let url = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hf-audit-page-'));
    const file = join(folder, 'audit.html');
    writeFileSync(
      file,
      auditPage([longReport(), reportOf({ source: 'b', kind: 'biorxiv' })], 1_790_000_000_000),
    );
    url = pathToFileURL(file).href;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it.each(VIEWS)(
    'has no finding of axe, asks for nothing else and fits its screen, $colorScheme, $width px',
    async (view) => {
      const page = await openPage(browser, view);
      const asked: string[] = [];
      const messages: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => messages.push(message.text()));
      await page.goto(url);
      if (SHOTS !== undefined) {
        const path = join(SHOTS, `audit-${view.colorScheme}-${view.width}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      const { violations, passes } = await axe(page);
      expect(passes).toBeGreaterThan(15);
      expect(violations).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        view.width,
      );
      expect([asked, messages]).toEqual([[url], []]);
      await page.context().close();
    },
  );

  it('is read without pictures: each year says in words how it stands', async () => {
    const page = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(url);
    const years = await page.getByRole('img').all();
    expect(years).toHaveLength(22 + 1);
    expect(await years[0]?.getAttribute('aria-label')).toBe(
      '2026: 323 of 326 days complete, 2 pending, 1 with a gap',
    );
    await page.context().close();
  });
});
