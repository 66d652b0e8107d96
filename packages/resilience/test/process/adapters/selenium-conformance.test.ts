import { By, until } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';
import { covered } from '../../../../../test/needs.ts';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import type { Bench } from '../../../src/adapters/conformance.ts';
import { seleniumAdapter } from '../../../src/adapters/selenium/index.ts';
import type { BrowserAuth, BrowserSnapshot, SeleniumBrowser } from '../../../src/adapters/selenium/index.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS, hasChromedriver } from './chromium.ts';
import { browserBench } from './testing/browser-bench.ts';
import { browserGround } from './testing/browser-ground.ts';

const LIMIT_MS = 10_000;

const portalAuth = (url: string): BrowserAuth<WebDriver> => ({
  check: async (driver) => {
    await driver.get(`${url}/`);
    return (await driver.getCurrentUrl()).startsWith(`${url}/login`) ? 'expired' : 'ok';
  },
  login: async (driver) => {
    await driver.get(`${url}/login`);
    await driver.findElement(By.name('username')).sendKeys('demo');
    await driver.findElement(By.name('password')).sendKeys('demo');
    await driver.findElement(By.css('#login button')).click();
    await driver.wait(until.urlIs(`${url}/`), LIMIT_MS);
  },
  expiredAt: (shown) => shown.startsWith(`${url}/login`),
});

async function readStorage(driver: WebDriver): Promise<Readonly<Record<string, string | null>>> {
  await driver.wait(until.elementLocated(By.css('#storage[data-ready=true]')), LIMIT_MS);
  const texts: Record<string, string | null> = {};
  for (const kind of ['local', 'session', 'indexeddb']) {
    const element = driver.findElement(By.css(`[data-kind=${kind}]`));
    texts[kind] = await driver.executeScript('return arguments[0].textContent', element);
  }
  return texts;
}

async function make(): Promise<Bench<SeleniumBrowser, BrowserSnapshot, WebDriver>> {
  const ground = await browserGround();
  const { portal, counter } = ground;
  return {
    ...browserBench(ground, (driver) => driver.close()),
    adapter: seleniumAdapter({
      chromedriver: CHROMEDRIVER,
      chrome: { binary: CHROMIUM, args: FLAGS },
      auth: portalAuth(portal.url),
    }),
    call: async (driver) => await driver.get(`${portal.url}/matches`),
    remember: async (driver, text) => {
      await driver.get(`${portal.url}/storage?set=${encodeURIComponent(text)}`);
      await readStorage(driver);
    },
    recall: async (driver) => {
      await driver.get(`${portal.url}/storage`);
      return await readStorage(driver);
    },
    act: async (driver, mark) =>
      await driver.executeScript(
        `return fetch('${counter.url}/${mark}', { method: 'POST', mode: 'no-cors' }).then(() => 'done')`,
      ),
  };
}

adapterConformance('Selenium', {
  make,
  isThere: covered('Chromium', hasChromedriver),
  notCovered: {},
});
