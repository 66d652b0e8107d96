import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { covered } from '../../../../../test/needs.ts';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import type { Bench } from '../../../src/adapters/conformance.ts';
import { playwrightAdapter } from '../../../src/adapters/playwright/index.ts';
import type {
  BrowserAuth,
  BrowserSnapshot,
  PlaywrightBrowser,
} from '../../../src/adapters/playwright/index.ts';
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
    await page.fill('[name=username]', 'demo');
    await page.fill('[name=password]', 'demo');
    await page.click('#login button');
    await page.waitForURL(`${url}/`);
  },
  expiredAt: (shown) => shown.startsWith(`${url}/login`),
});

async function readStorage(page: Page): Promise<Readonly<Record<string, string | null>>> {
  await page.waitForSelector('#storage[data-ready=true]');
  return Object.fromEntries(
    await Promise.all(
      ['local', 'session', 'indexeddb'].map(
        async (kind) => [kind, await page.textContent(`[data-kind=${kind}]`)] as const,
      ),
    ),
  );
}

async function make(): Promise<Bench<PlaywrightBrowser, BrowserSnapshot, Page>> {
  const ground = await browserGround();
  const { portal, counter } = ground;
  return {
    ...browserBench(ground, (page) => page.close()),
    adapter: playwrightAdapter({ browserType: chromium, launch, auth: portalAuth(portal.url) }),
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

adapterConformance('Playwright', {
  make,
  isThere: covered('Chromium', hasChromium),
  notCovered: {},
});
