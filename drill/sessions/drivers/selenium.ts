import { seleniumAdapter } from '@holdfast/resilience/adapters/selenium';
import { superviseSession } from '@holdfast/resilience/session';
import type { WebDriver } from 'selenium-webdriver';
import { CHROMEDRIVER, CHROMIUM, FLAGS } from './chromium.ts';
import { devToolsPage } from './devtools-page.ts';
import type { Driver, Page } from './driver.ts';
import { portalLogin } from './login.ts';
import { submitForm, textsOf } from './page-scripts.ts';
import { watched } from './watched.ts';

/** Selenium with Debian's chromedriver. */
export const selenium: Driver = {
  name: 'selenium',
  open(options) {
    const login = portalLogin(options);
    const { adapter, processes, opened } = watched(
      seleniumAdapter({
        chromedriver: CHROMEDRIVER,
        chrome: { binary: CHROMIUM, args: [...FLAGS] },
        auth: {
          check: (driver, context) => login.check(asPage(driver), context),
          login: (driver, context) => login.login(asPage(driver), context),
          expiredAt: login.expiredAt,
        },
        processes: options.processes,
      }),
      ({ process }) => process ?? null,
      options,
      ({ driverProcess }) => driverProcess ?? null,
    );
    return {
      session: superviseSession(adapter, options.policy),
      page: (view) => asPage(view as WebDriver),
      processes,
      opened,
    };
  },
};

function asPage(driver: WebDriver): Page {
  return {
    fromOutside: async () => {
      const options = (await driver.getCapabilities()).get('goog:chromeOptions') as {
        readonly debuggerAddress: string;
      };
      return devToolsPage(options.debuggerAddress, await driver.getWindowHandle());
    },
    goto: (url) => driver.get(url),
    url: () => driver.getCurrentUrl(),
    evaluate: (expression) => driver.executeScript(`return (${expression})`),
    texts: async (selector) => (await driver.executeScript(`return (${textsOf(selector)})`)) as string[],
    submit: async (fields) => {
      const before = await driver.executeScript('return performance.timeOrigin');
      await driver.executeScript(`return (${submitForm(fields)})`);
      // chromedriver waits for a navigation that has begun before the next command, but not for one that is about to.
      await driver.wait(
        async () => (await driver.executeScript('return performance.timeOrigin')) !== before,
        10_000,
      );
    },
  };
}
