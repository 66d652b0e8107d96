import type { Cookie, Page } from 'playwright-core';
import type { AdapterContext } from '../../session/adapter.ts';
import type { BrowserCookie, BrowserSnapshot, OriginState } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { webOrigin } from '../browser/origins.ts';
import { captureScript, restoreScript } from '../browser/storage-script.ts';
import { within } from '../browser/within.ts';
import type { OpenPlaywright } from './open-playwright.ts';
import { ownPage } from './pulse.ts';

/** A page that is silent so long is in a loop of its own: its origin is then read from a page of ours. */
const PAGE_PATIENCE_MS = 1_000;

/** Cookies and the storage of every origin that pages have shown. */
export async function takeSnapshot(
  open: OpenPlaywright,
  { signal }: AdapterContext,
): Promise<BrowserSnapshot> {
  const { context, life, own } = open;
  await Promise.all(
    context
      .pages()
      .filter((page) => !own.has(page))
      .map((page) => capturePage(open, page)),
  );
  signal.throwIfAborted();
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
    const reading = page.evaluate(captureScript({ indexedDB: indexedDb }));
    life.book.learn((await within({ clock, ms: PAGE_PATIENCE_MS }, reading)) as OriginState);
  } catch {
    // In a loop, closed, or on its way to another address.
  }
}

async function captureUnread(open: OpenPlaywright): Promise<void> {
  const { book } = open.life;
  await atOrigins(open, book.unread, async (page) => {
    book.learnShared(await page.evaluate<OriginState>(captureScript({ indexedDB: open.indexedDb })));
  });
}

/** Writes storage back; sessionStorage is given to each new page by `sessionStorageScript`. */
export async function restoreOrigins(open: OpenPlaywright, origins: readonly OriginState[]): Promise<void> {
  const kept = origins.filter(
    ({ localStorage, indexedDB = [] }) => Object.keys(localStorage).length > 0 || indexedDB.length > 0,
  );
  const states = new Map(kept.map((state) => [state.origin, state]));
  await atOrigins(open, [...states.keys()], async (page, origin) => {
    const state = states.get(origin);
    if (state !== undefined) await page.evaluate(restoreScript(state));
  });
}

/** Works in an empty document of each origin, without a request to anybody. */
async function atOrigins(
  open: OpenPlaywright,
  origins: readonly string[],
  work: (page: Page, origin: string) => Promise<void>,
): Promise<void> {
  if (origins.length === 0) return;
  const page = await ownPage(open);
  try {
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    for (const origin of origins) {
      await page.goto(`${origin}/`);
      await work(page, origin);
    }
  } finally {
    await page.close();
  }
}

function portable({ name, value, domain, path, expires, httpOnly, secure, sameSite }: Cookie): BrowserCookie {
  return { name, value, domain, path, expires, httpOnly, secure, sameSite };
}
