import { chromium } from 'playwright-core';
import type { Page as PlaywrightPage } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import type { Page as PuppeteerPage } from 'puppeteer-core';
import type { WebDriver } from 'selenium-webdriver';
import type { BrowserSnapshot } from '../../../../src/adapters/browser/browser-snapshot.ts';
import * as byPlaywright from '../../../../src/adapters/playwright/index.ts';
import * as byPuppeteer from '../../../../src/adapters/puppeteer/index.ts';
import * as bySelenium from '../../../../src/adapters/selenium/index.ts';
import { calm, firstOpen, having } from '../../../../src/adapters/testing/bench-tools.ts';
import type { Verdict } from '../../../../src/classify/verdict.ts';
import type { SessionAdapter } from '../../../../src/session/index.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS } from '../chromium.ts';

/** What cases that are the same for all drivers need of a page. */
export interface AnyPage {
  goto(url: string): Promise<unknown>;
  /** The value of an expression. */
  run(script: string): Promise<unknown>;
  withoutResend(work: () => Promise<void>): Promise<void>;
}

/** A browser of one of the drivers, whichever it is. */
export interface AnyBrowser {
  openPage(): Promise<{
    readonly page: AnyPage;
    readonly inspect: () => Promise<Verdict | undefined>;
    readonly close: () => Promise<void>;
  }>;
  /** How many pages there are, those of the adapter too. */
  pages(): Promise<number>;
  snapshot(): Promise<BrowserSnapshot>;
  close(): Promise<void>;
}

interface Driver<R, V> {
  readonly adapter: SessionAdapter<R, BrowserSnapshot, V>;
  readonly asPage: (view: V) => AnyPage;
  readonly pages: (resource: R, view: V) => Promise<number>;
}

async function open<R, V>(driver: Driver<R, V>, restore?: BrowserSnapshot): Promise<AnyBrowser> {
  const adapter = having(driver.adapter, 'view', 'snapshot', 'inspect');
  const resource = await adapter.open(firstOpen(restore));
  const looking = await adapter.view.open(resource, calm());
  return {
    openPage: async () => {
      const view = await adapter.view.open(resource, calm());
      return {
        page: driver.asPage(view),
        inspect: async () => await adapter.inspect(view, calm()),
        close: async () => await adapter.view.close(view, calm()),
      };
    },
    pages: async () => await driver.pages(resource, looking),
    snapshot: async () => await adapter.snapshot(resource, calm()),
    close: async () => await adapter.close(resource, { ...calm(), force: true }),
  };
}

const launch = { executablePath: CHROMIUM, args: [...FLAGS] };

/** Opens a browser by each of the drivers. */
export const anyDriver: Readonly<
  Record<'Playwright' | 'Puppeteer' | 'Selenium', (restore?: BrowserSnapshot) => Promise<AnyBrowser>>
> = {
  Playwright: async (restore) =>
    await open(
      {
        adapter: byPlaywright.playwrightAdapter({ browserType: chromium, launch }),
        asPage: (page: PlaywrightPage) => ({
          goto: async (url) => await page.goto(url),
          run: async (script) => await page.evaluate(script),
          withoutResend: async (work) => await byPlaywright.withoutResend(page, work),
        }),
        pages: async ({ context }) => context.pages().length,
      },
      restore,
    ),
  Puppeteer: async (restore) =>
    await open(
      {
        adapter: byPuppeteer.puppeteerAdapter({ puppeteer, launch }),
        asPage: (page: PuppeteerPage) => ({
          goto: async (url) => await page.goto(url),
          run: async (script) => await page.evaluate(script),
          withoutResend: async (work) => await byPuppeteer.withoutResend(page, work),
        }),
        pages: async ({ browser }) => (await browser.pages()).length,
      },
      restore,
    ),
  Selenium: async (restore) =>
    await open(
      {
        adapter: bySelenium.seleniumAdapter({
          chromedriver: CHROMEDRIVER,
          chrome: { binary: CHROMIUM, args: FLAGS },
        }),
        asPage: (driver: WebDriver) => ({
          goto: async (url) => await driver.get(url),
          run: async (script) => await driver.executeScript(`return (${script})`),
          withoutResend: async (work) => await bySelenium.withoutResend(driver, work),
        }),
        pages: async (_, driver) => (await driver.getAllWindowHandles()).length,
      },
      restore,
    ),
};
