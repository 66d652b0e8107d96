import assert from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import { runInThisContext } from 'node:vm';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { classifyPlaywright } from '../../../src/adapters/playwright/playwright-rules.ts';
import { classifyPuppeteer } from '../../../src/adapters/puppeteer/puppeteer-rules.ts';
import { classifySelenium } from '../../../src/adapters/selenium/selenium-rules.ts';
import { classify, classifyStatus } from '../../../src/classify/index.ts';
import type { Verdict } from '../../../src/classify/index.ts';
import { CHROMIUM, FLAGS, hasChromium } from '../adapters/chromium.ts';
import { startFaultyServer } from './testing/faulty-server.ts';
import { failure } from './testing/row-count.ts';

/** The search that keyword frameworks make: any of seven words anywhere in the message restarts the session. */
function keywordsRestart(error: unknown): boolean {
  const words = [
    'connection',
    'disconnected',
    'invalid session',
    'browser',
    'webdriver',
    'timeout',
    'refused',
  ];
  const text = error instanceof Error ? error.message.toLowerCase() : '';
  return words.some((word) => text.includes(word));
}

const restarts = (verdict: Verdict): boolean => verdict.scope === 'session';
const playwright = (error: unknown): Verdict =>
  classifyPlaywright(error, { connected: true }) ?? classify(error);
const puppeteer = (error: unknown): Verdict =>
  classifyPuppeteer(error, { connected: true }) ?? classify(error);
const selenium = (error: unknown): Verdict => classifySelenium(error) ?? classify(error);

let live = 0;
let wrongWithKeywords = 0;

/** A text for which keywords restart the session, and the session is well. */
function mustNotRestart(error: unknown, verdict: Verdict, category: Verdict['category']): void {
  expect(keywordsRestart(error), String(error)).toBe(true);
  expect(restarts(verdict), String(error)).toBe(false);
  expect(verdict.category).toBe(category);
  wrongWithKeywords += 1;
}

/** A failure that keywords do not see. */
function mustBeSeen(error: unknown, verdict: Verdict, expected: Partial<Verdict>): void {
  expect(keywordsRestart(error), String(error)).toBe(false);
  expect(verdict).toMatchObject(expected);
  wrongWithKeywords += 1;
}

describe('restarted for nothing by keywords', () => {
  test('a file whose name is browser.js does not parse', async () => {
    const error = await failure(() => runInThisContext('import in browser.js', 'browser.js') as unknown);
    expect(error).toMatchObject({ name: 'SyntaxError' });
    const told = new SyntaxError(`${(error as Error).message} in browser.js`, { cause: error });
    mustNotRestart(told, selenium(told), 'unknown');
    live += 1;
  });

  test('an argument that is wrong', async () => {
    const error = await failure(() => assert.ok(Number('x') > 0, 'timeout must be a positive int'));
    mustNotRestart(error, selenium(error), 'defect');
    live += 1;
  });

  test('a record of a table named connections that is there already', async () => {
    using database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE connections (id INTEGER PRIMARY KEY); INSERT INTO connections VALUES (1)');
    const error = await failure(() => database.exec('INSERT INTO connections VALUES (1)'));
    expect((error as Error).message).toBe('UNIQUE constraint failed: connections.id');
    mustNotRestart(error, selenium(error), 'unknown');
    live += 1;
  });

  test('an element that is called disconnected', () => {
    class NoSuchElementError extends Error {}
    const error = new NoSuchElementError('Element not found: #disconnected-banner');
    mustNotRestart(error, selenium(error), 'permanent');
  });

  test('a property that is called webdriver', async () => {
    const error = await failure(() => runInThisContext('undefined.webdriver') as unknown);
    mustNotRestart(error, selenium(error), 'unknown');
    live += 1;
  });

  test('a limit of requests: a login now would lock the account', async () => {
    await using server = await startFaultyServer();
    const answer = await fetch(`${server.url}/status/429/retry-after`);
    const verdict = classifyStatus(answer.status, { retryAfter: answer.headers.get('retry-after') });
    expect(verdict).toMatchObject({ category: 'rate-limit', retryAfterMs: 7_000 });
    const error = Object.assign(new Error(`connection limit, HTTP ${answer.status}`), { verdict });
    mustNotRestart(error, selenium(error), 'rate-limit');
    live += 1;
  });
});

describe('not seen by keywords', () => {
  test.each([
    ['Target closed', puppeteer, { category: 'page-lost', scope: 'page' }],
    ['Page crashed!', puppeteer, { category: 'crash', scope: 'page' }],
    ["Attempted to use detached Frame '1'.", puppeteer, { category: 'page-lost', scope: 'page' }],
    ['Navigating frame was detached', puppeteer, { category: 'page-lost', scope: 'page' }],
  ] as const)('%s', (text, verdictOf, expected) => {
    const error = new Error(text);
    mustBeSeen(error, verdictOf(error), expected);
  });

  test('windows and tabs of Selenium', () => {
    class NoSuchWindowError extends Error {}
    class WebDriverError extends Error {}
    const window = new NoSuchWindowError('no such window: target window already closed');
    mustBeSeen(window, selenium(window), { category: 'page-lost', scope: 'page' });
    const tab = new WebDriverError('tab crashed');
    mustBeSeen(tab, selenium(tab), { category: 'crash', scope: 'page' });
  });

  test('connections that break', async () => {
    await using server = await startFaultyServer();
    const { get } = await import('node:http');
    for (const [path, message] of [
      ['/reset', 'read ECONNRESET'],
      ['/empty', 'socket hang up'],
    ]) {
      const error = await new Promise((resolve) => get(server.url + path).once('error', resolve));
      expect((error as Error).message).toBe(message);
      mustBeSeen(error, classify(error), { category: 'network', scope: 'call' });
    }
    const failed = await failure(() => fetch(`${server.url}/reset`));
    mustBeSeen(failed, classify(failed), { category: 'network' });
    const cut = await failure(async () => await (await fetch(`${server.url}/reset-in-body`)).text());
    expect((cut as Error).message).toBe('terminated');
    mustBeSeen(cut, classify(cut), { category: 'network' });
    live += 4;
  });

  test('a name that is not known, and a login that has ended', async () => {
    const unknown = await failure(() => fetch('http://nobody.invalid/'));
    mustBeSeen(unknown, classify(unknown), { category: 'dns' });
    await using server = await startFaultyServer();
    const { status } = await fetch(`${server.url}/status/401`);
    const verdict = classifyStatus(status);
    const error = Object.assign(new Error(`HTTP ${status}`), { verdict });
    mustBeSeen(error, classify(error), { category: 'auth-expired', scope: 'auth' });
    live += 2;
  });
});

describe.skipIf(!covered('Chromium', hasChromium))('in a real browser', () => {
  let browser: Awaited<ReturnType<typeof chromium.launch>>;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS] });
  });
  afterAll(async () => await browser.close());

  test('no network, an element that does not come, a page that was closed', async () => {
    const page = await browser.newPage();
    await page.context().setOffline(true);
    const offline = await failure(() => page.goto('http://127.0.0.1:9999/'));
    expect((offline as Error).message).toContain('net::ERR_INTERNET_DISCONNECTED');
    mustNotRestart(offline, playwright(offline), 'network');
    await page.context().setOffline(false);
    const waited = await failure(() => page.click('#no', { timeout: 100 }));
    mustNotRestart(waited, playwright(waited), 'timeout');
    const evaluating = failure(() => page.evaluate(() => new Promise(() => {})));
    await page.close();
    const closed = await evaluating;
    mustNotRestart(closed, playwright(closed), 'page-lost');
    live += 3;
  });

  test('a text that names browserContext.newPage, and a crash', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const evaluating = failure(() => page.evaluate(() => new Promise(() => {})));
    await page.goto('chrome://crash').catch(() => {});
    const crash = await evaluating;
    expect((crash as Error).message).toContain('Target crashed');
    mustBeSeen(crash, playwright(crash), { category: 'crash', scope: 'page' });
    await context.close();
    const closed = await failure(() => context.newPage());
    expect((closed as Error).message).toContain('browserContext.newPage');
    mustNotRestart(closed, playwright(closed), 'page-lost');
    live += 2;
  });

  test('the count', () => {
    expect(wrongWithKeywords).toBe(23);
    process.stdout.write(
      `keywords: wrong in ${wrongWithKeywords} of 23 cases, ${live} of them live; the tables in none\n`,
    );
  });
});
