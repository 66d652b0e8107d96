import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { axe, HAS_CHROMIUM, openBrowser, openPage } from './page/browser.ts';
import { SCENES } from './page/scene.ts';
import type { SceneName } from './page/scene.ts';
import { startServer } from './page/server-process.ts';
import type { ServerProcess } from './page/server-process.ts';
import { setStage } from './page/stage.ts';
import type { Stage } from './page/stage.ts';

/** A folder to keep a picture of every view in; none are kept without it. */
const SHOTS = process.env['HOLDFAST_SCREENSHOTS'];
const VIEWS = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
  { colorScheme: 'dark', width: 1280 },
] as const;
const HEADINGS: Readonly<Record<SceneName, string>> = {
  ok: 'All is well.',
  degraded: 'Something needs attention.',
  offline: 'Waiting, with nothing known to be missing.',
  asleep: 'Waiting, with nothing known to be missing.',
};
const covers = covered('Chromium', HAS_CHROMIUM);

describe.skipIf(!covers).each(SCENES)('the overview page, %s', (name: SceneName) => {
  let stage: Stage;
  let server: ServerProcess;
  let browser: Browser;
  let url = '';

  beforeAll(async () => {
    browser = await openBrowser();
    stage = await setStage(name);
    server = startServer(stage.config, stage.env);
    url = (await server.notice('LISTENING')).replace(/^.* /, '');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await stage.clear();
  });

  it.each(VIEWS)('has no finding of axe and fits its screen, $colorScheme, $width px', async (view) => {
    const page = await openPage(browser, view);
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(error.message));
    await page.goto(url);
    if (SHOTS !== undefined) {
      const path = join(SHOTS, `${name}-${view.colorScheme}-${view.width}.png`);
      await page.screenshot({ path, fullPage: true });
    }
    const { violations, passes } = await axe(page);
    expect(passes).toBeGreaterThan(20);
    expect(violations).toEqual([]);
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(view.width);
    expect(messages).toEqual([]);
    await page.context().close();
  });

  it('says the same without JavaScript', async () => {
    const page = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(url);
    expect(await page.locator('table.sources tbody tr').count()).toBe(stage.config.sources.length);
    expect(await page.locator('h1').innerText()).toBe(HEADINGS[name]);
    expect(await page.getByRole('link', { name: 'Reload' }).count()).toBe(1);
    await page.context().close();
  });
});

describe.skipIf(!covers)('the check of accessibility', () => {
  it('finds a planted fault', async () => {
    const browser = await openBrowser();
    try {
      const page = await openPage(browser);
      await page.setContent('<html lang="en"><title>x</title><main><h1>x</h1><img src="x"></main></html>');
      expect((await axe(page)).violations.map(({ id }) => id)).toEqual(['image-alt']);
    } finally {
      await browser.close();
    }
  });
});
