import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { until } from '../../../src/adapters/testing/bench-tools.ts';
import { hasChromedriver } from './chromium.ts';
import { anyDriver } from './testing/any-page.ts';
import type { AnyBrowser } from './testing/any-page.ts';
import { browserGround } from './testing/browser-ground.ts';
import type { BrowserGround } from './testing/browser-ground.ts';
import { startFaultyServer } from '../classify/testing/faulty-server.ts';
import type { FaultyServer } from '../classify/testing/faulty-server.ts';

/** Five million bytes, as Chromium keeps them. */
const MUCH = 2_500_000;

describe.skipIf(!covered('Chromium', hasChromedriver)).each(['Playwright', 'Puppeteer', 'Selenium'] as const)(
  'a page of %s',
  (driver) => {
    let ground: BrowserGround;
    let faulty: FaultyServer;
    let browser: AnyBrowser;
    beforeAll(async () => {
      ground = await browserGround();
      faulty = await startFaultyServer();
      browser = await anyDriver[driver]();
    });
    afterAll(async () => {
      await browser.close();
      await faulty[Symbol.asyncDispose]();
      await ground[Symbol.asyncDispose]();
    });

    test.each([
      ['/empty', 'ERR_EMPTY_RESPONSE'],
      ['/redirect-loop', 'ERR_TOO_MANY_REDIRECTS'],
      [':1/', 'ERR_UNSAFE_PORT'],
    ])('never says that it has gone to %s, which fails with %s', async (path, code) => {
      const { page, inspect, close } = await browser.openPage();
      const url = path.startsWith(':') ? `http://127.0.0.1${path}` : `${faulty.url}${path}`;
      await expect(page.goto(url)).rejects.toThrow(`net::${code}`);
      // Playwright's next navigation may be interrupted by the error page of this one.
      await until('another page is there', async () => {
        return await page.goto(`${faulty.url}/fine`).then(
          () => true,
          () => false,
        );
      });
      expect(await inspect()).toBeUndefined();
      await close();
    });

    test.skipIf(driver === 'Playwright')(
      'that a link leads to an error page has not done its call',
      async () => {
        const { page, inspect, close } = await browser.openPage();
        await page.goto(`${faulty.url}/fine`);
        await page.run(`void setTimeout(() => { location.href = '/empty' })`);
        await until('the error page is there', async () => {
          const shown = await page.run('location.protocol').catch(() => 'between two documents');
          return shown === 'chrome-error:';
        });
        expect(await inspect()).toMatchObject({ category: 'network', code: 'net::ERR_EMPTY_RESPONSE' });
        await close();
      },
    );

    test('takes along all that were opened from it, also by those', async () => {
      const before = await browser.pages();
      const { page, close } = await browser.openPage();
      await page.goto(`${faulty.url}/fine`);
      await page.run(`void window.open('/fine?1').eval("window.open('/fine?2')")`);
      await page.run(`void window.open('/fine?3', '_blank', 'noopener')`);
      await until('four pages more', async () => (await browser.pages()) === before + 4);
      await close();
      await until('all are closed', async () => (await browser.pages()) === before);
    });

    test('is kept with megabytes in its storage', async () => {
      const { page, close } = await browser.openPage();
      await page.goto(`${faulty.url}/fine`);
      await page.run(`void localStorage.setItem('much', 'ü'.repeat(${MUCH}))`);
      const snapshot = await browser.snapshot();
      const kept = snapshot.origins.find(({ origin }) => origin === faulty.url)?.localStorage['much'];
      expect(kept?.length).toBe(MUCH);
      await close();
    });
  },
);
