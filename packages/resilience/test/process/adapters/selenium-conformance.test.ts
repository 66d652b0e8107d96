import { By, until } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';
import { covered } from '../../../../../test/needs.ts';
import { rendererPids } from '../../../src/adapters/browser/process-table.ts';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import type { Bench } from '../../../src/adapters/conformance.ts';
import { seleniumAdapter } from '../../../src/adapters/selenium/index.ts';
import type { BrowserAuth, BrowserSnapshot, SeleniumBrowser } from '../../../src/adapters/selenium/index.ts';
import type { ProcessIdentity } from '../../../src/process/index.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS, hasChromedriver } from './chromium.ts';
import { browserGround } from './testing/browser-ground.ts';
import { freeze, kill } from './testing/freeze.ts';

const LIMIT_MS = 10_000;

const identityOf = ({ process: browser }: SeleniumBrowser): ProcessIdentity => {
  if (browser === undefined) throw new Error('the browser must be known');
  return browser;
};

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
    adapter: seleniumAdapter({
      chromedriver: CHROMEDRIVER,
      chrome: { binary: CHROMIUM, args: FLAGS },
      auth: portalAuth(portal.url),
    }),
    call: async (driver) => await driver.get(`${portal.url}/matches`),
    kill: async (resource) => await kill(identityOf(resource)),
    freeze: async (resource) => await freeze(identityOf(resource)),
    leftovers: async () => await ground.leftovers(),
    logins: async () => await ground.logins(),
    dropLogins: async () => await ground.dropLogins(),
    remember: async (driver, text) => {
      await driver.get(`${portal.url}/storage?set=${encodeURIComponent(text)}`);
      await readStorage(driver);
    },
    recall: async (driver) => {
      await driver.get(`${portal.url}/storage`);
      return await readStorage(driver);
    },
    viewLosses: [
      { name: 'closed from outside', lose: async (driver) => await driver.close() },
      {
        name: 'its renderer killed',
        untrusted: true,
        lose: async (_, resource) => {
          const pids = rendererPids(identityOf(resource).pid);
          if (pids.length === 0) throw new Error('there is no renderer to kill');
          for (const pid of pids) process.kill(pid, 'SIGKILL');
        },
      },
    ],
    act: async (driver, mark) =>
      await driver.executeScript(
        `return fetch('${counter.url}/${mark}', { method: 'POST', mode: 'no-cors' }).then(() => 'done')`,
      ),
    acted: async (mark) => counter.count(mark),
    resetAfterNextAct: async () => counter.resetNext(),
    resets: async () => counter.resets,
    [Symbol.asyncDispose]: async () => await ground[Symbol.asyncDispose](),
  };
}

adapterConformance('Selenium', {
  make,
  isThere: covered('Chromium', hasChromedriver),
  notCovered: {},
});
