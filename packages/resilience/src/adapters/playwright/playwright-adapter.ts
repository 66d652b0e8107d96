import type { Page } from 'playwright-core';
import { systemClock } from '../../clock/system-clock.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { AdapterContext, SessionAdapter, SessionAuth } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import type { BrowserAuth } from '../browser/browser-auth.ts';
import { CRASHED_PAGE, loginVerdict } from '../browser/browser-auth.ts';
import type { BrowserSnapshot } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { treeRss } from '../browser/process-table.ts';
import { Senders } from '../browser/senders.ts';
import { openBrowser, reattachBrowser } from './open-browser.ts';
import type { OpenPlaywright } from './open-playwright.ts';
import { closePage, openPage, watchPage } from './pages.ts';
import type { PlaywrightAdapterOptions, PlaywrightBrowser } from './playwright-options.ts';
import { classifyPlaywright } from './playwright-rules.ts';
import { feelPulse } from './pulse.ts';
import { takeSnapshot } from './storage.ts';

/**
 * A browser driven by Playwright, of which each lease gets a page of its own in one context. Cookies, localStorage,
 * sessionStorage and IndexedDB are carried over.
 */
export function playwrightAdapter(
  options: PlaywrightAdapterOptions,
): SessionAdapter<PlaywrightBrowser, BrowserSnapshot, Page> {
  const { auth, clock = systemClock } = options;
  const senders = new Senders<Page>();
  const browsers = new WeakMap<Page, OpenPlaywright>();
  return {
    kind: 'playwright',
    open: (context) => openBrowser({ ...options, clock }, context),
    reattach: (old, context) => reattachBrowser({ ...options, clock }, opened(old), context),
    close: (resource, context) => closeBrowser(opened(resource), context),
    watch: (resource, lost) => watchBrowser(opened(resource), lost),
    probe: (resource, context) => feelPulse(opened(resource), context),
    usage: async ({ process }) => (process === undefined ? {} : { rssBytes: treeRss(process.pid) }),
    snapshot: (resource, context) => takeSnapshot(opened(resource), context),
    ...(auth !== undefined && { auth: onPages(auth) }),
    view: {
      open: async (resource, context) => {
        const page = await openPage(opened(resource), context);
        browsers.set(page, opened(resource));
        page.on('request', (request) => senders.note(page, request.method()));
        return page;
      },
      watch: (page, lost) => watchPage(page, () => isThere(browsers.get(page)), lost),
      close: async (page, context) => {
        const open = browsers.get(page);
        if (open !== undefined) await closePage(open, page, context);
      },
    },
    inspect: (page) =>
      browsers.get(page)?.crashed.has(page)
        ? CRASHED_PAGE
        : loginVerdict(page.url(), auth, senders.take(page)),
    classify: (error, resource) => classifyPlaywright(error, { connected: resource?.browser.isConnected() }),
  };
}

/** What this adapter opened is what it is given back. */
function opened(resource: PlaywrightBrowser): OpenPlaywright {
  return resource as OpenPlaywright;
}

async function closeBrowser(
  { browser, context, life, process }: OpenPlaywright,
  { force, signal }: AdapterContext & { readonly force: boolean },
): Promise<void> {
  // A new context lives in this browser: what is closed here has ended already.
  if (life.context !== context) return;
  try {
    // What cannot be killed can only be asked.
    if (!force || process === undefined) {
      await orAbort(signal, browser.close());
      await life.home.vacated(signal);
    }
  } finally {
    await life.home.clear();
  }
}

function watchBrowser(open: OpenPlaywright, lost: (report: LossReport) => void): Disposable {
  const { browser, context } = open;
  const onEnd = (): void => lost(lossOf(open));
  browser.on('disconnected', onEnd);
  context.on('close', onEnd);
  if (!browser.isConnected()) onEnd();
  return {
    [Symbol.dispose]: () => {
      browser.off('disconnected', onEnd);
      context.off('close', onEnd);
    },
  };
}

function isThere(open: OpenPlaywright | undefined): boolean {
  if (open === undefined || !open.browser.isConnected()) return false;
  return open.process === undefined || isAlive(open.process);
}

/** What is known when a context or a browser ends; Playwright does not tell how a process ended. */
function lossOf({ browser, process }: OpenPlaywright): LossReport {
  if (process !== undefined && !isAlive(process)) {
    return { cause: 'process-exit', detail: `The browser (process ${process.pid}) has ended.` };
  }
  if (!browser.isConnected()) {
    return { cause: 'disconnected', detail: 'The connection to the browser is closed.' };
  }
  return { cause: 'closed', detail: 'The context of the browser was closed.' };
}

function onPages(auth: BrowserAuth<Page>): SessionAuth<PlaywrightBrowser> {
  const onPage = async <T>(
    resource: PlaywrightBrowser,
    context: AdapterContext,
    work: (page: Page) => Promise<T>,
  ): Promise<T> => {
    const page = await openPage(opened(resource), context);
    try {
      return await orAbort(context.signal, work(page));
    } finally {
      await closePage(opened(resource), page, context);
    }
  };
  return {
    check: (resource, context) => onPage(resource, context, (page) => auth.check(page, context)),
    login: (resource, context) => onPage(resource, context, (page) => auth.login(page, context)),
  };
}
