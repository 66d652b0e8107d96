import puppeteer from 'puppeteer-core';
import type { Page } from 'puppeteer-core';
import { covered } from '../../../../../test/needs.ts';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import type { Bench } from '../../../src/adapters/conformance.ts';
import { puppeteerAdapter } from '../../../src/adapters/puppeteer/index.ts';
import type {
  BrowserAuth,
  BrowserSnapshot,
  PuppeteerBrowser,
} from '../../../src/adapters/puppeteer/index.ts';
import { CHROMIUM, FLAGS, hasChromium } from './chromium.ts';
import { browserBench } from './testing/browser-bench.ts';
import { browserGround } from './testing/browser-ground.ts';

const launch = { executablePath: CHROMIUM, args: [...FLAGS] };

const portalAuth = (url: string): BrowserAuth<Page> => ({
  check: async (page) => {
    await page.goto(`${url}/`);
    return page.url().startsWith(`${url}/login`) ? 'expired' : 'ok';
  },
  login: async (page) => {
    await page.goto(`${url}/login`);
    await page.type('[name=username]', 'demo');
    await page.type('[name=password]', 'demo');
    await Promise.all([page.waitForNavigation(), page.click('#login button')]);
  },
  expiredAt: (shown) => shown.startsWith(`${url}/login`),
});

async function readStorage(page: Page): Promise<Readonly<Record<string, string | null>>> {
  await page.waitForSelector('#storage[data-ready=true]');
  return Object.fromEntries(
    await Promise.all(
      ['local', 'session', 'indexeddb'].map(
        async (kind) =>
          [kind, await page.$eval(`[data-kind=${kind}]`, (element) => element.textContent)] as const,
      ),
    ),
  );
}

async function make(): Promise<Bench<PuppeteerBrowser, BrowserSnapshot, Page>> {
  const ground = await browserGround();
  const { portal, counter } = ground;
  return {
    ...browserBench(ground, (page) => page.close()),
    adapter: puppeteerAdapter({ puppeteer, launch, auth: portalAuth(portal.url) }),
    call: async (page) => await page.goto(`${portal.url}/matches`),
    remember: async (page, text) => {
      await page.goto(`${portal.url}/storage?set=${encodeURIComponent(text)}`);
      await readStorage(page);
    },
    recall: async (page) => {
      await page.goto(`${portal.url}/storage`);
      return await readStorage(page);
    },
    act: async (page, mark) =>
      await page.evaluate(`fetch('${counter.url}/${mark}', { method: 'POST', mode: 'no-cors' })`),
  };
}

adapterConformance('Puppeteer', {
  make,
  isThere: covered('Chromium', hasChromium),
  notCovered: {},
});
