import { playwrightAdapter } from '@holdfast/resilience/adapters/playwright';
import { superviseSession } from '@holdfast/resilience/session';
import { chromium } from 'playwright-core';
import type { Page as PlaywrightPage } from 'playwright-core';
import { CHROMIUM, FLAGS } from './chromium.ts';
import type { Driver, Page } from './driver.ts';
import { portalLogin } from './login.ts';
import { submitForm, textsOf } from './page-scripts.ts';
import { watched } from './watched.ts';

/** Playwright on Debian's Chromium. */
export const playwright: Driver = {
  name: 'playwright',
  open(options) {
    const login = portalLogin(options);
    const { adapter, processes, opened } = watched(
      playwrightAdapter({
        browserType: chromium,
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
      page: (view) => asPage(view as PlaywrightPage),
      processes,
      opened,
    };
  },
};

function asPage(page: PlaywrightPage): Page {
  return {
    fromOutside: async () => {
      // Playwright's own evaluate waits for a navigation that is under way.
      const session = await page.context().newCDPSession(page);
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
