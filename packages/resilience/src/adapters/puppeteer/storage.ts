import type { Cookie, Page } from 'puppeteer-core';
import type { Clock } from '../../clock/clock.ts';
import type { AdapterContext } from '../../session/adapter.ts';
import type { BrowserCookie, BrowserSnapshot, OriginState } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { webOrigin } from '../browser/origins.ts';
import { captureScript, restoreScript } from '../browser/storage-script.ts';
import { toldInTime } from '../browser/told-in-time.ts';
import type { OpenBrowser } from './puppeteer-browser.ts';

const CAPTURE = captureScript({ indexedDB: true });

/** Cookies and the storage of every origin that pages have shown. */
export async function takeSnapshot(
  open: OpenBrowser,
  clock: Clock,
  { signal }: AdapterContext,
): Promise<BrowserSnapshot> {
  const pages = (await orAbort(signal, open.browser.pages())).filter((page) => !open.own.has(page.target()));
  await orAbort(signal, Promise.all(pages.map((page) => capturePage(open, page, clock))));
  await orAbort(signal, captureUnread(open));
  const cookies = await orAbort(signal, open.browser.cookies());
  return { cookies: cookies.map(portable), origins: open.book.states };
}

/** Reads the storage of what a page shows. A page that cannot tell is passed over: its origin stays unread. */
export async function capturePage(open: OpenBrowser, page: Page, clock: Clock): Promise<void> {
  const url = page.url();
  if (open.crashed.has(page) || webOrigin(url) === undefined) return;
  open.book.visit(url);
  try {
    const ping = page.evaluate('1');
    open.book.learn((await toldInTime(clock, ping, page.evaluate(CAPTURE))) as OriginState);
  } catch {
    // In a loop, closed, or on its way to another address.
  }
}

async function captureUnread(open: OpenBrowser): Promise<void> {
  const { book } = open;
  await atOrigins(open, book.unread, async (page) => {
    book.learnShared((await page.evaluate(CAPTURE)) as OriginState);
  });
}

/** Writes storage back; sessionStorage is given to each new page by `sessionStorageScript`. */
export async function restoreOrigins(open: OpenBrowser, origins: readonly OriginState[]): Promise<void> {
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
  open: OpenBrowser,
  origins: readonly string[],
  work: (page: Page, origin: string) => Promise<void>,
): Promise<void> {
  if (origins.length === 0) return;
  const page = await open.browser.newPage();
  open.own.add(page.target());
  try {
    await page.setBypassServiceWorker(true);
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      void request.respond({ status: 200, contentType: 'text/html', body: '' }).catch(() => {
        // The page is being closed; nobody waits for this answer.
      });
    });
    for (const origin of origins) {
      await page.goto(`${origin}/`);
      await work(page, origin);
    }
  } finally {
    await page.close();
  }
}

function portable({
  name,
  value,
  domain,
  path,
  expires,
  httpOnly,
  secure,
  sameSite,
  session,
}: Cookie): BrowserCookie {
  return {
    name,
    value,
    domain,
    path,
    expires: session ? -1 : expires,
    httpOnly: httpOnly ?? false,
    secure,
    // Chromium treats a cookie that says nothing as Lax.
    sameSite: sameSite === 'Strict' || sameSite === 'None' ? sameSite : 'Lax',
  };
}
