import puppeteer from 'puppeteer-core';
import type { Page } from 'puppeteer-core';
import type { WebDriver } from 'selenium-webdriver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import * as byPuppeteer from '../../../src/adapters/puppeteer/index.ts';
import * as bySelenium from '../../../src/adapters/selenium/index.ts';
import { calm, firstOpen, having, until } from '../../../src/adapters/testing/bench-tools.ts';
import type { SessionAdapter } from '../../../src/session/index.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS, hasChromedriver } from './chromium.ts';
import { browserGround } from './testing/browser-ground.ts';
import type { BrowserGround } from './testing/browser-ground.ts';

/** What the cases need of a page, whatever drives it. */
interface AnyPage {
  goto(url: string): Promise<unknown>;
  run(script: string): Promise<unknown>;
  withoutResend(work: () => Promise<void>): Promise<void>;
}

async function open<R, S, V>(
  adapter: SessionAdapter<R, S, V>,
  asPage: (view: V) => AnyPage,
): Promise<{ readonly page: AnyPage; readonly close: () => Promise<void> }> {
  const resource = await adapter.open(firstOpen());
  const page = asPage(await having(adapter, 'view').view.open(resource, calm()));
  return { page, close: async () => await adapter.close(resource, { ...calm(), force: true }) };
}

const drivers = {
  Puppeteer: async () =>
    await open(
      byPuppeteer.puppeteerAdapter({ puppeteer, launch: { executablePath: CHROMIUM, args: [...FLAGS] } }),
      (page: Page) => ({
        goto: async (url) => await page.goto(url),
        run: async (script) => await page.evaluate(script),
        withoutResend: async (work) => await byPuppeteer.withoutResend(page, work),
      }),
    ),
  Selenium: async () =>
    await open(
      bySelenium.seleniumAdapter({ chromedriver: CHROMEDRIVER, chrome: { binary: CHROMIUM, args: FLAGS } }),
      (driver: WebDriver) => ({
        goto: async (url) => await driver.get(url),
        run: async (script) => await driver.executeScript(`return (${script})`),
        withoutResend: async (work) => await bySelenium.withoutResend(driver, work),
      }),
    ),
};

/** Fills the form of a page and sends it; resolves when another document is there. */
async function submit(page: AnyPage, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.run(`(() => {
    const form = document.querySelector('main form[method=post], form#login');
    for (const [name, value] of Object.entries(${JSON.stringify(fields)})) form.elements.namedItem(name).value = value;
    window.before = true;
    form.requestSubmit();
  })()`);
  await until('the next page is there', async () => {
    try {
      return (await page.run(`window.before === undefined && document.readyState === 'complete'`)) === true;
    } catch {
      // Between two documents.
      return false;
    }
  });
}

async function resetNextMessage(url: string): Promise<void> {
  const body = JSON.stringify({ match: 'POST /messages', kind: 'reset', when: 'after', times: 1 });
  const answer = await fetch(`${url}/control/faults`, { method: 'POST', body });
  expect(answer.status).toBe(201);
}

describe.skipIf(!covered('Chromium', hasChromedriver))('a connection that is reset after a message', () => {
  let ground: BrowserGround;
  beforeEach(async () => {
    ground = await browserGround();
  });
  afterEach(async () => await ground[Symbol.asyncDispose]());

  test.each(['Puppeteer', 'Selenium'] as const)(
    'makes the browser of %s send it twice, and once within withoutResend',
    async (driver) => {
      const { portal } = ground;
      const { page, close } = await drivers[driver]();
      const send = async (reference: string): Promise<void> => {
        await page.goto(`${portal.url}/compose?to=m1`);
        await submit(page, { body: 'hällo & more', reference });
      };
      const sent = (mark: string): number =>
        portal.ledger.of('message').filter(({ reference }) => reference === mark).length;
      await page.goto(`${portal.url}/login`);
      await page.withoutResend(async () => await submit(page, { username: 'demo', password: 'demo' }));
      expect(await page.run('location.pathname')).toBe('/');
      await resetNextMessage(portal.url);
      await send('by the browser');
      expect(sent('by the browser')).toBe(2);
      await resetNextMessage(portal.url);
      await page.withoutResend(async () => await send('once'));
      expect(await page.run('location.protocol')).toBe('chrome-error:');
      expect(sent('once')).toBe(1);
      await page.withoutResend(async () => await send('undisturbed'));
      expect(await page.run('location.pathname')).toBe('/sent');
      expect(sent('undisturbed')).toBe(1);
      await send('afterwards');
      expect(sent('afterwards')).toBe(1);
      expect(portal.ledger.of('fault')).toHaveLength(2);
      await close();
    },
  );
});
