import { chromium } from 'playwright-core';
import type { Browser, LaunchOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { classifyPlaywright, PLAYWRIGHT_RULES } from '../../../src/adapters/playwright/playwright-rules.ts';
import { CHROMIUM, FLAGS, hasChromium } from '../adapters/chromium.ts';
import {
  browserPid,
  DIES_AT_ONCE,
  newMark,
  newProfile,
  startUntrusted,
  withDeadline,
} from './testing/browser.ts';
import { closedPort, startFaultyServer } from './testing/faulty-server.ts';
import type { FaultyServer } from './testing/faulty-server.ts';
import { NAVIGATIONS, netErrors } from './testing/net-error-cases.ts';
import { driverTable, failure, RowCount } from './testing/row-count.ts';
import type { Expected } from './testing/row-count.ts';

const crash: Expected = { category: 'crash', scope: 'page', safeToReplay: 'unknown' };
const late: Expected = { category: 'timeout', scope: 'call', safeToReplay: 'unknown' };
const pageLost: Expected = { category: 'page-lost', scope: 'page' };
const browserLost: Expected = { category: 'session-lost', scope: 'session', safeToReplay: 'unknown' };
const notStarted: Expected = { category: 'crash', scope: 'session', safeToReplay: 'yes' };
const never = (): Promise<never> => new Promise(() => {});

describe.skipIf(!covered('Chromium', hasChromium))('Playwright', () => {
  const count = new RowCount([driverTable('playwright', PLAYWRIGHT_RULES), netErrors], (error, connected) =>
    classifyPlaywright(error, { connected }),
  );
  const launch = (more: LaunchOptions = {}): Promise<Browser> =>
    chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS], ...more });
  let server: FaultyServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    server = await startFaultyServer();
    browser = await launch();
    page = await browser.newPage();
    await page.goto(`${server.url}/fine`);
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  function live(error: unknown, expected: Expected, of: Browser = browser): void {
    count.live(error, expected, of.isConnected());
  }

  async function newPage(): Promise<Page> {
    const fresh = await browser.newPage();
    await fresh.goto(`${server.url}/fine`);
    return fresh;
  }

  test.each(NAVIGATIONS)('a navigation to %s is net::ERR_%s', async (address, code, expected) => {
    await using untrusted = await startUntrusted();
    const url = address
      .replace('{closed}', String(await closedPort()))
      .replace('{faulty}', server.url)
      .replace('{untrusted}', untrusted.url);
    const error = await failure(() => page.goto(url));
    live(error, { ...expected, evidence: 'message', code: `net::ERR_${code}` });
  });

  test('without a network', async () => {
    await page.context().setOffline(true);
    const error = await failure(() => page.goto(`${server.url}/fine`));
    await page.context().setOffline(false);
    live(error, { category: 'network', safeToReplay: 'yes', code: 'net::ERR_INTERNET_DISCONNECTED' });
  });

  test('a navigation that another one overtakes', async () => {
    const first = failure(() => page.goto(`${server.url}/silent`));
    await expect.poll(() => server.asked.get('/silent')).toBeGreaterThan(0);
    await page.goto(`${server.url}/fine`);
    live(await first, { category: 'cancelled', scope: 'none', code: 'net::ERR_ABORTED' });
  });

  test('a navigation that is a download', async () => {
    const own = await newPage();
    await own.route('**/download', async (route) => {
      await route.fulfill({ headers: { 'content-disposition': 'attachment' }, body: 'text' });
    });
    live(await failure(() => own.goto(`${server.url}/download`)), { category: 'cancelled', scope: 'none' });
    await own.close();
  });

  test('an address that is none', async () => {
    live(await failure(() => page.goto('no address')), { category: 'permanent', safeToReplay: 'no' });
  });

  test('limits of time of an element and of a navigation', async () => {
    const element = await failure(() => page.click('#no-such-browser', { timeout: 200 }));
    expect((element as Error).message).toContain('Timeout 200ms exceeded');
    live(element, { ...late, evidence: 'class' });
    live(await failure(() => page.goto(`${server.url}/silent`, { timeout: 200 })), late);
  });

  test('requests of the context carry the code of the socket', async () => {
    const refused = `http://127.0.0.1:${await closedPort()}/`;
    live(await failure(() => page.request.get(refused)), {
      category: 'network',
      safeToReplay: 'yes',
      code: 'ECONNREFUSED',
    });
    live(await failure(() => page.request.get(`${server.url}/reset`)), {
      category: 'network',
      safeToReplay: 'unknown',
      code: 'ECONNRESET',
    });
  });

  test('an evaluation that a navigation, or the loss of its frame, ends', async () => {
    const own = await newPage();
    const evaluating = failure(() => own.evaluate(never));
    await own.goto(`${server.url}/fine?again`);
    live(await evaluating, pageLost);
    await own.setContent('<iframe srcdoc="inside"></iframe>');
    const frame = own.frames()[1];
    await own.setContent('no frame');
    live(await failure(() => frame?.evaluate(() => 1)), pageLost);
    await own.close();
  });

  test('a page that was closed, in a call and before one', async () => {
    const own = await newPage();
    const evaluating = failure(() => own.evaluate(never));
    await own.close();
    live(await evaluating, { ...pageLost, evidence: 'class' });
    live(await failure(() => own.title()), { ...pageLost, evidence: 'class' });
    expect(browser.isConnected()).toBe(true);
  });

  test('a renderer that crashed: the call in flight, the next calls, and a silent wrong answer', async () => {
    const own = await newPage();
    const evaluating = failure(() => own.evaluate(never));
    live(await failure(() => own.goto('chrome://crash')), { category: 'cancelled' });
    live(await evaluating, crash);
    live(await failure(() => own.goto(`${server.url}/fine`)), crash);
    live(await failure(() => own.evaluate(() => 1)), crash);
    // No error at all: only the event tells.
    expect(await own.title()).toBe('');
    await own.close();
  });

  test('a script without an end gives no error: a deadline of our own ends the wait', async () => {
    const own = await newPage();
    const endless = own.evaluate(() => {
      for (;;);
    });
    live(await withDeadline(endless, 500), { ...late, code: 'ERR_TIMEOUT_CALL' });
    await own.close();
  });

  test('a browser that was killed, in calls and before them', async () => {
    const mark = newMark('playwright');
    const own = await launch({ args: [...FLAGS, mark] });
    const [one, other] = [await own.newPage(), await own.newPage()];
    const calls = [failure(() => one.evaluate(never)), failure(() => other.goto(`${server.url}/silent`))];
    process.kill(browserPid(mark), 'SIGKILL');
    for (const call of calls) live(await call, { ...browserLost, evidence: 'class' }, own);
    live(await failure(() => one.title()), browserLost, own);
    live(await failure(() => own.newPage()), browserLost, own);
    expect(own.isConnected()).toBe(false);
    await own.close();
  });

  test('a browser that does not start', async () => {
    count.live(await failure(() => launch({ executablePath: DIES_AT_ONCE })), notStarted);
    count.live(await failure(() => launch({ executablePath: '/there/is/none' })), {
      category: 'permanent',
      scope: 'none',
      safeToReplay: 'no',
    });
    using profile = newProfile();
    const persistent = (): Promise<unknown> =>
      chromium.launchPersistentContext(profile.path, { executablePath: CHROMIUM, args: [...FLAGS] });
    const first = (await persistent()) as { close(): Promise<void> };
    count.live(await failure(persistent), notStarted);
    await first.close();
  });

  test('errors that lost their class, as between workers', () => {
    const text = 'page.title: Target page, context or browser has been closed';
    count.constructed(structuredClone(new Error(text)), browserLost, false);
    count.constructed(structuredClone(new Error(text)), pageLost, true);
  });

  test('what comes in between is constructed: the moment cannot be met at will', () => {
    const text = 'page.goto: Navigation to "http://127.0.0.1/" is interrupted by another navigation to';
    const errorPage = new Error(`${text} "chrome-error://chromewebdata/"`);
    count.constructed(errorPage, { category: 'network', scope: 'call', safeToReplay: 'unknown' });
    count.constructed(new Error(`${text} "http://127.0.0.1/2"`), { category: 'cancelled', scope: 'none' });
  });

  test.each(['NETWORK_CHANGED', 'CONNECTION_TIMED_OUT', 'TIMED_OUT', 'CERT_DATE_INVALID', 'OUT_OF_MEMORY'])(
    'net::ERR_%s is constructed',
    (name) => {
      count.constructed(new Error(`page.goto: net::ERR_${name} at http://127.0.0.1/`), {
        evidence: 'message',
      });
    },
  );

  test('every row is met', () => count.settle());
});
