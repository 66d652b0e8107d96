import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { axe, HAS_CHROMIUM, openBrowser } from './page/browser.ts';
import { SCENES } from './page/scene.ts';
import type { SceneName } from './page/scene.ts';
import { startServer } from './page/server-process.ts';
import type { ServerProcess } from './page/server-process.ts';
import { setStage } from './page/stage.ts';
import type { Stage } from './page/stage.ts';

const SHOTS = process.env['HOLDFAST_SCREENSHOTS'];
const VIEWS = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
  { colorScheme: 'dark', width: 1280 },
] as const;

describe.skipIf(!covered('Chromium', HAS_CHROMIUM)).each(SCENES)(
  'the overview page, %s',
  (name: SceneName) => {
    let stage: Stage;
    let server: ServerProcess;
    let url = '';

    beforeAll(async () => {
      stage = await setStage(name);
      server = startServer(stage.config, stage.env);
      url = (await server.notice('LISTENING')).replace(/^.* /, '');
    });
    afterAll(async () => {
      await server.stop();
      await stage.clear();
    });

    it.each(VIEWS)('has no finding of axe and fits, $colorScheme, $width px', async (view) => {
      const { context, close } = await openBrowser(view);
      try {
        const page = await context.newPage();
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
      } finally {
        await close();
      }
    });

    it('says the same without JavaScript', async () => {
      const { context, close } = await openBrowser({ javaScriptEnabled: false });
      try {
        const page = await context.newPage();
        await page.goto(url);
        expect(await page.locator('table.sources tbody tr').count()).toBe(stage.config.sources.length);
        expect(await page.locator('h1').innerText()).toBe(HEADINGS[name]);
        expect(await page.getByRole('link', { name: 'Reload' }).count()).toBe(1);
      } finally {
        await close();
      }
    });
  },
);

const HEADINGS: Readonly<Record<SceneName, string>> = {
  ok: 'All is well.',
  degraded: 'Something needs attention.',
  offline: 'Waiting, with nothing known to be missing.',
  asleep: 'Waiting, with nothing known to be missing.',
};
