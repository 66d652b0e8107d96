import { puppeteerAdapter } from '@holdfast/resilience/adapters/puppeteer';
import { superviseSession } from '@holdfast/resilience/session';
import puppeteerCore from 'puppeteer-core';
import type { Page as PuppeteerPage } from 'puppeteer-core';
import { CHROMIUM, FLAGS } from './chromium.ts';
import type { Driver, Page } from './driver.ts';
import { portalLogin } from './login.ts';
import { submitForm, textsOf } from './page-scripts.ts';
import { watched } from './watched.ts';

/** Puppeteer on Debian's Chromium. */
export const puppeteer: Driver = {
  name: 'puppeteer',
  open(options) {
    const login = portalLogin(options);
    const { adapter, processes, opened } = watched(
      puppeteerAdapter({
        puppeteer: puppeteerCore,
        launch: { executablePath: CHROMIUM, args: [...FLAGS] },
        auth: {
          check: (page, context) => login.check(asPage(page), context),
          login: (page, context) => login.login(asPage(page), context),
          expiredAt: login.expiredAt,
        },
        processes: options.processes,
      }),
      ({ process }) => process ?? null,
      options,
    );
    return {
      session: superviseSession(adapter, options.policy),
      page: (view) => asPage(view as PuppeteerPage),
      processes,
      opened,
    };
  },
};

function asPage(page: PuppeteerPage): Page {
  return {
    fromOutside: async () => {
      // Puppeteer's own evaluate waits for a navigation that is under way.
      const session = await page.createCDPSession();
      return {
        close: () => page.close(),
        evaluate: async (expression) => {
          const params = { expression, awaitPromise: true, returnByValue: true };
          return (await session.send('Runtime.evaluate', params)).result.value as unknown;
        },
      };
    },
    goto: async (url) => void (await page.goto(url, { timeout: 0 })),
    url: async () => page.url(),
    evaluate: (expression) => page.evaluate(expression),
    texts: async (selector) => (await page.evaluate(textsOf(selector))) as string[],
    submit: async (fields) => {
      await Promise.all([page.waitForNavigation({ timeout: 0 }), page.evaluate(submitForm(fields))]);
    },
  };
}
