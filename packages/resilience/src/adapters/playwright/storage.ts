import type { Cookie, Page, Route } from 'playwright-core';
import type { AdapterContext } from '../../session/adapter.ts';
import type { BrowserCookie, BrowserSnapshot, OriginState } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { webOrigin } from '../browser/origins.ts';
import { captureScript, restoreScript } from '../browser/storage-script.ts';
import { toldInTime } from '../browser/told-in-time.ts';
import type { OpenPlaywright } from './open-playwright.ts';
import { ownPage } from './pulse.ts';

/** Cookies and the storage of every origin that pages have shown. */
export async function takeSnapshot(
  open: OpenPlaywright,
  { signal }: AdapterContext,
): Promise<BrowserSnapshot> {
  const { context, life, own } = open;
  const pages = context.pages().filter((page) => !own.has(page));
  await orAbort(signal, Promise.all(pages.map((page) => capturePage(open, page))));
  await orAbort(signal, captureUnread(open));
  life.cookies = (await orAbort(signal, context.cookies())).map(portable);
  return { cookies: life.cookies, origins: life.book.states };
}

/** Reads the storage of what a page shows. A page that cannot tell is passed over: its origin stays unread. */
export async function capturePage(open: OpenPlaywright, page: Page): Promise<void> {
  const { clock, crashed, life, indexedDb } = open;
  const url = page.url();
  if (crashed.has(page) || page.isClosed() || webOrigin(url) === undefined) return;
  life.book.visit(url);
  try {
    const ping = page.evaluate('1');
    const telling = page.evaluate<OriginState>(captureScript({ indexedDB: indexedDb }));
    life.book.learn(await toldInTime(clock, ping, telling));
  } catch {
    // In a loop, closed, or on its way to another address.
  }
}

async function captureUnread(open: OpenPlaywright): Promise<void> {
  const { book } = open.life;
  if (book.unread.length === 0) return;
  const page = await ownPage(open);
  try {
    await atOrigins(page, book.unread, async () => {
      book.learnShared(await page.evaluate<OriginState>(captureScript({ indexedDB: open.indexedDb })));
    });
  } finally {
    await page.close();
  }
}

/**
 * Writes storage back by a page of ours, which shows nothing in the end. sessionStorage is given to each new page by
 * `sessionStorageScript`.
 */
export async function restoreOrigins(page: Page, origins: readonly OriginState[]): Promise<void> {
  const kept = origins.filter(
    ({ localStorage, indexedDB = [] }) => Object.keys(localStorage).length > 0 || indexedDB.length > 0,
  );
  const states = new Map(kept.map((state) => [state.origin, state]));
  await atOrigins(page, [...states.keys()], async (origin) => {
    const state = states.get(origin);
    if (state !== undefined) await page.evaluate(restoreScript(state));
  });
}

/** Works in an empty document of each origin, without a request to anybody. */
async function atOrigins(
  page: Page,
  origins: readonly string[],
  work: (origin: string) => Promise<void>,
): Promise<void> {
  if (origins.length === 0) return;
  const answer = async (route: Route): Promise<void> =>
    await route.fulfill({ contentType: 'text/html', body: '' });
  await page.route('**/*', answer);
  for (const origin of origins) {
    await page.goto(`${origin}/`);
    await work(origin);
  }
  await page.goto('about:blank');
  await page.unroute('**/*', answer);
}

function portable({ name, value, domain, path, expires, httpOnly, secure, sameSite }: Cookie): BrowserCookie {
  return { name, value, domain, path, expires, httpOnly, secure, sameSite };
}
