import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { covered } from '../../../../../test/needs.ts';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import type { Bench } from '../../../src/adapters/conformance.ts';
import { rendererPids } from '../../../src/adapters/browser/process-table.ts';
import { playwrightAdapter } from '../../../src/adapters/playwright/index.ts';
import type {
  BrowserAuth,
  BrowserSnapshot,
  PlaywrightBrowser,
} from '../../../src/adapters/playwright/index.ts';
import type { ProcessIdentity } from '../../../src/process/index.ts';
import { CHROMIUM, FLAGS, hasChromium } from './chromium.ts';
import { browserGround } from './testing/browser-ground.ts';
import { freeze, kill } from './testing/freeze.ts';

const launch = { executablePath: CHROMIUM, args: [...FLAGS] };

const identityOf = ({ process: browser }: PlaywrightBrowser): ProcessIdentity => {
  if (browser === undefined) throw new Error('the browser must be known');
  return browser;
};

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
    adapter: playwrightAdapter({ browserType: chromium, launch, auth: portalAuth(portal.url) }),
    call: async (page) => await page.goto(`${portal.url}/matches`),
    kill: async (resource) => await kill(identityOf(resource)),
    freeze: async (resource) => await freeze(identityOf(resource)),
    leftovers: ground.leftovers,
    logins: ground.logins,
    dropLogins: ground.dropLogins,
    remember: async (page, text) => {
      await page.goto(`${portal.url}/storage?set=${encodeURIComponent(text)}`);
      await readStorage(page);
    },
    recall: async (page) => {
      await page.goto(`${portal.url}/storage`);
      return await readStorage(page);
    },
    viewLosses: [
      { name: 'closed from outside', lose: async (page) => await page.close() },
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
    act: async (page, mark) =>
      await page.evaluate(`fetch('${counter.url}/${mark}', { method: 'POST', mode: 'no-cors' })`),
    acted: async (mark) => counter.count(mark),
    resetAfterNextAct: async () => counter.resetNext(),
    resets: async () => counter.resets,
    [Symbol.asyncDispose]: async () => await ground[Symbol.asyncDispose](),
  };
}

adapterConformance('Playwright', {
  make,
  isThere: covered('Chromium', hasChromium),
  notCovered: {},
});
