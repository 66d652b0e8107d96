import puppeteer from 'puppeteer-core';
import type { Browser, LaunchOptions, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { classifyPuppeteer, PUPPETEER_RULES } from '../../../src/adapters/puppeteer/puppeteer-rules.ts';
import { CHROMIUM, FLAGS, hasChromium } from '../adapters/chromium.ts';
import { DIES_AT_ONCE, newProfile, startUntrusted } from './testing/browser.ts';
import { closedPort, startFaultyServer } from './testing/faulty-server.ts';
import type { FaultyServer } from './testing/faulty-server.ts';
import { NAVIGATIONS } from './testing/net-error-cases.ts';
import { driverTable, failure, RowCount } from './testing/row-count.ts';
import type { Expected } from './testing/row-count.ts';

const late: Expected = { category: 'timeout', scope: 'call', safeToReplay: 'unknown' };
const hung: Expected = { category: 'timeout', scope: 'page', safeToReplay: 'unknown' };
const pageLost: Expected = { category: 'page-lost', scope: 'page' };
const browserLost: Expected = { category: 'session-lost', scope: 'session' };
const notStarted: Expected = { category: 'crash', scope: 'session', safeToReplay: 'yes' };
const never = (): Promise<never> => new Promise(() => {});

describe.skipIf(!covered('Chromium', hasChromium))('Puppeteer', () => {
  const count = new RowCount([driverTable('puppeteer', PUPPETEER_RULES)], (error, connected) =>
    classifyPuppeteer(error, { connected }),
  );
  const launch = (more: LaunchOptions = {}): Promise<Browser> =>
    puppeteer.launch({ executablePath: CHROMIUM, args: [...FLAGS], protocolTimeout: 1_500, ...more });
  let server: FaultyServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    server = await startFaultyServer();
    browser = await launch();
    page = await newPage();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  function live(error: unknown, expected: Expected, of: Browser = browser): void {
    count.live(error, expected, of.connected);
  }

  async function newPage(of: Browser = browser): Promise<Page> {
    const fresh = await of.newPage();
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

  test('an address that is none', async () => {
    live(await failure(() => page.goto('no address')), { category: 'permanent', safeToReplay: 'no' });
  });

  test('limits of time of an element and of a navigation', async () => {
    const element = await failure(() => page.waitForSelector('#no', { timeout: 200 }));
    live(element, { ...late, evidence: 'class' });
    live(await failure(() => page.goto(`${server.url}/silent`, { timeout: 200 })), late);
  });

  test('an evaluation that a navigation ends, and a frame that is gone', async () => {
    const own = await newPage();
    const evaluating = failure(() => own.evaluate(never));
    await own.goto(`${server.url}/fine?again`);
    live(await evaluating, pageLost);
    await own.setContent('<iframe srcdoc="inside"></iframe>');
    const frame = own.frames()[1];
    const waiting = failure(() => frame?.waitForSelector('#no'));
    await own.setContent('no frame');
    live(await waiting, pageLost);
    live(await failure(() => frame?.evaluate(() => 1)), { ...pageLost, safeToReplay: 'yes' });
    await own.close();
  });

  test('a page that was closed, in a call and before one', async () => {
    const own = await newPage();
    const evaluating = failure(() => own.evaluate(never));
    await own.close();
    live(await evaluating, { ...pageLost, evidence: 'class' });
    live(await failure(() => own.goto(`${server.url}/fine`)), { ...pageLost, safeToReplay: 'yes' });
  });

  test('a renderer that crashed: an event, and calls that hang up to protocolTimeout', async () => {
    const own = await newPage();
    const told = new Promise((resolve) => own.once('error', resolve));
    const evaluating = failure(() => own.evaluate(never));
    live(await failure(() => own.goto('chrome://crash')), { category: 'cancelled' });
    live(await told, { category: 'crash', scope: 'page' });
    live(await evaluating, { ...hung, evidence: 'message' });
    await own.close();
  });

  test('a script without an end, and a browser that is stopped', async () => {
    const own = await newPage();
    const endless = own.evaluate(() => {
      for (;;);
    });
    live(await failure(() => endless), hung);
    const pid = browser.process()?.pid ?? Number.NaN;
    process.kill(pid, 'SIGSTOP');
    try {
      live(await failure(() => page.title()), hung);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(browser.connected).toBe(true);
  });

  test('a browser that was killed, in calls and before them', async () => {
    const own = await launch();
    const [one, two, three] = [await newPage(own), await newPage(own), await newPage(own)];
    const calls = [
      failure(() => one.evaluate(never)),
      failure(() => two.goto(`${server.url}/silent`)),
      failure(() => three.waitForSelector('#no')),
    ];
    await expect.poll(() => server.asked.get('/silent')).toBeGreaterThan(1);
    own.process()?.kill('SIGKILL');
    for (const call of calls) live(await call, { ...browserLost, safeToReplay: 'unknown' }, own);
    const notSent = [() => one.title(), () => one.goto(server.url), () => own.newPage(), () => own.pages()];
    for (const call of notSent) live(await failure(call), { ...browserLost, safeToReplay: 'yes' }, own);
    // Not even after the kill.
    expect(one.isClosed()).toBe(false);
    await own.close();
  });

  test('a browser that does not start', async () => {
    count.live(await failure(() => launch({ executablePath: DIES_AT_ONCE })), notStarted);
    count.live(await failure(() => launch({ executablePath: '/there/is/none' })), {
      category: 'permanent',
      scope: 'none',
    });
    using profile = newProfile();
    const first = await launch({ userDataDir: profile.path });
    count.live(await failure(() => launch({ userDataDir: profile.path })), notStarted);
    await first.close();
  });

  test('nobody listens where the browser should be', async () => {
    const port = await closedPort();
    const refused: Expected = { category: 'network', scope: 'call', safeToReplay: 'yes' };
    const told = await failure(() => puppeteer.connect({ browserWSEndpoint: `ws://127.0.0.1:${port}/` }));
    expect(told).not.toBeInstanceOf(Error);
    count.live(told, refused);
    count.live(await failure(() => puppeteer.connect({ browserURL: `http://127.0.0.1:${port}` })), refused);
  });

  test('what depends on which of two ends first is constructed', () => {
    class ConnectionClosedError extends Error {}
    class ErrorEvent extends Event {}
    count.constructed(
      new ConnectionClosedError('Connection closed.'),
      { ...pageLost, safeToReplay: 'yes' },
      true,
    );
    count.constructed(new Error('Page crashed!'), browserLost, false);
    count.constructed(new ErrorEvent('error'), { category: 'network', safeToReplay: 'yes' });
  });

  test('every row is met', () => count.settle());
});
