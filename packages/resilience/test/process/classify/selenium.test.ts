import { Builder, By, until } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';
import { Options, ServiceBuilder } from 'selenium-webdriver/chrome.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import {
  classifySelenium,
  SELENIUM_RULES,
  withCauseLines,
} from '../../../src/adapters/selenium/selenium-rules.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS, hasChromedriver } from '../adapters/chromium.ts';
import { browserPid, DIES_AT_ONCE, newMark, newProfile, startUntrusted } from './testing/browser.ts';
import { closedPort, startFaultyServer } from './testing/faulty-server.ts';
import type { FaultyServer } from './testing/faulty-server.ts';
import { driverTable, failure, RowCount } from './testing/row-count.ts';
import type { Expected } from './testing/row-count.ts';

const late: Expected = { category: 'timeout', scope: 'call', safeToReplay: 'unknown', evidence: 'class' };
const wrong: Expected = { category: 'permanent', scope: 'call', safeToReplay: 'no', evidence: 'class' };
const lost: Expected = { category: 'session-lost', scope: 'session', safeToReplay: 'unknown' };
const notStarted: Expected = { category: 'crash', scope: 'session', safeToReplay: 'yes' };

interface Started extends AsyncDisposable {
  readonly driver: WebDriver;
  readonly mark: string;
  /** The process of the driver's server. */
  readonly service: { kill(): Promise<void> };
}

describe.skipIf(!covered('Chromium', hasChromedriver))('Selenium', () => {
  const count = new RowCount(
    [driverTable('selenium', SELENIUM_RULES, { textOf: withCauseLines })],
    classifySelenium,
  );
  let marks = 0;
  let server: FaultyServer;
  let started: Started;
  let driver: WebDriver;
  beforeAll(async () => {
    server = await startFaultyServer();
    started = await start();
    driver = started.driver;
  });
  afterAll(async () => {
    await started[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function start(binary: string = CHROMIUM, ...args: string[]): Promise<Started> {
    marks += 1;
    const mark = newMark(`selenium-${marks}`);
    const options = new Options();
    options.setChromeBinaryPath(binary);
    options.addArguments(...FLAGS, mark, ...args);
    options.setAcceptInsecureCerts(false);
    const service = new ServiceBuilder(CHROMEDRIVER).build();
    const url = await service.start(10_000);
    try {
      const own = await new Builder().usingServer(url).forBrowser('chrome').setChromeOptions(options).build();
      await own.manage().setTimeouts({ script: 300, pageLoad: 2_000 });
      await own.get(`${server.url}/fine`);
      return {
        driver: own,
        mark,
        service,
        async [Symbol.asyncDispose]() {
          await own.quit().catch(() => {});
          await service.kill();
        },
      };
    } catch (error) {
      await service.kill();
      throw error;
    }
  }

  test('limits of time of an element, a script and a page', async () => {
    count.live(await failure(() => driver.wait(until.elementLocated(By.css('#no')), 200)), late);
    count.live(await failure(() => driver.executeAsyncScript('')), late);
    count.live(await failure(() => driver.get(`${server.url}/silent`)), late);
    expect(server.asked.get('/silent')).toBeGreaterThan(0);
  });

  test('a page that is not as the call expects', async () => {
    await driver.get(`${server.url}/fine`);
    const element = await driver.findElement(By.css('p'));
    await driver.get(`${server.url}/fine?again`);
    count.live(await failure(() => element.click()), wrong);
    count.live(await failure(() => driver.findElement(By.css('#disconnected-banner'))), wrong);
    count.live(await failure(() => driver.executeScript('return missing.webdriver')), wrong);
    count.live(await failure(() => driver.get('no address')), wrong);
  });

  test.each([
    ['{faulty}/reset', 'CONNECTION_RESET', { category: 'network', safeToReplay: 'unknown' }],
    ['http://nobody.invalid/', 'NAME_NOT_RESOLVED', { category: 'dns', safeToReplay: 'yes' }],
    ['http://127.0.0.1:{closed}/', 'CONNECTION_REFUSED', { category: 'network', safeToReplay: 'yes' }],
  ] as const)('a navigation to %s is net::ERR_%s', async (address, code, expected) => {
    const url = address.replace('{faulty}', server.url).replace('{closed}', String(await closedPort()));
    const error = await failure(() => driver.get(url));
    count.live(error, { ...expected, evidence: 'message', code: `net::ERR_${code}` });
  });

  test.each(['{faulty}/empty', '{faulty}/redirect-loop', 'http://127.0.0.1:1/', '{untrusted}'])(
    'a navigation to %s seems to succeed: only the page itself tells',
    async (address) => {
      await using untrusted = await startUntrusted();
      await driver.get(address.replace('{faulty}', server.url).replace('{untrusted}', untrusted.url));
      expect(await driver.executeScript('return document.documentURI')).toMatch(/^chrome-error:/);
    },
  );

  test('a window that was closed, and one that never was', async () => {
    const first = await driver.getWindowHandle();
    await driver.switchTo().newWindow('tab');
    await driver.close();
    const gone: Expected = { category: 'page-lost', scope: 'page' };
    const error = await failure(() => driver.getTitle());
    expect((error as Error).message).toContain('no such window: target window already closed');
    count.live(error, gone);
    count.live(await failure(() => driver.switchTo().window('none')), gone);
    await driver.switchTo().window(first);
  });

  test('a tab that crashed never heals', async () => {
    const first = await driver.getWindowHandle();
    await driver.switchTo().newWindow('tab');
    const crash: Expected = { category: 'crash', scope: 'page', evidence: 'message' };
    count.live(await failure(() => driver.get('chrome://crash')), crash);
    count.live(await failure(() => driver.getTitle()), crash);
    count.live(await failure(() => driver.get(`${server.url}/fine`)), crash);
    await driver.switchTo().window(first);
  });

  test('a browser that was killed, in a call and before one', async () => {
    await using own = await start();
    await own.driver.manage().setTimeouts({ script: 20_000 });
    const running = failure(() => own.driver.executeAsyncScript(''));
    process.kill(browserPid(own.mark), 'SIGKILL');
    const error = await running;
    expect((error as Error).message).toMatch(/session deleted as the browser has closed the connection/);
    count.live(error, { ...lost, evidence: 'class' });
    count.live(await failure(() => own.driver.getTitle()), { ...lost, evidence: 'class' });
    await own.driver.quit();
    count.live(await failure(() => own.driver.getTitle()), { ...lost, evidence: 'class' });
  });

  test('a driver server that was killed leaves its browser behind', async () => {
    const own = await start();
    const browser = browserPid(own.mark);
    await own.service.kill();
    const error = await failure(() => own.driver.getTitle());
    expect((error as { code?: unknown }).code).toBeUndefined();
    count.live(error, { ...lost, evidence: 'message' });
    process.kill(browser, 'SIGKILL');
  });

  test('a browser that does not start', async () => {
    count.live(await failure(() => start(DIES_AT_ONCE)), notStarted);
    count.live(await failure(() => start('/there/is/none')), { category: 'permanent', scope: 'none' });
    using profile = newProfile();
    const argument = `--user-data-dir=${profile.path}`;
    const first = await start(CHROMIUM, argument);
    count.live(await failure(() => start(CHROMIUM, argument)), notStarted);
    await first[Symbol.asyncDispose]();
  });

  test('a browser that its driver cannot reach, and a certificate that it refuses, are constructed', () => {
    class WebDriverError extends Error {}
    class InsecureCertificateError extends WebDriverError {}
    count.constructed(new InsecureCertificateError('insecure certificate'), { category: 'tls' });
    count.constructed(new WebDriverError('chrome not reachable\n  (Session info)'), lost);
    count.constructed(new WebDriverError('disconnected: not connected to DevTools'), lost);
  });

  test('every row is met', () => count.settle());
});
