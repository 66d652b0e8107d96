import type { Page } from 'puppeteer-core';
import type { Clock } from '../../clock/clock.ts';
import { systemClock } from '../../clock/system-clock.ts';
import type { Verdict } from '../../classify/verdict.ts';
import type { AdapterContext, SessionAdapter, SessionAuth } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import type { BrowserAuth } from '../browser/browser-auth.ts';
import { CRASHED_PAGE, loginVerdict } from '../browser/browser-auth.ts';
import type { BrowserSnapshot } from '../browser/browser-snapshot.ts';
import { ERROR_PAGE_CODE, errorPageVerdict, isErrorPage } from '../browser/error-page.ts';
import { orAbort } from '../browser/or-abort.ts';
import { treeRss } from '../browser/process-table.ts';
import { Senders } from '../browser/senders.ts';
import { openBrowser, reattachBrowser } from './open-browser.ts';
import { closePage, openPage, watchPage } from './pages.ts';
import { feelPulse } from './pulse.ts';
import type { OpenBrowser, PuppeteerBrowser } from './puppeteer-browser.ts';
import type { PuppeteerAdapterOptions } from './puppeteer-options.ts';
import { classifyPuppeteer } from './puppeteer-rules.ts';
import { takeSnapshot } from './storage.ts';

/** How long after its socket a browser process may end so that both are told as one. */
const EXIT_GRACE_MS = 50;

/**
 * A browser driven by Puppeteer, of which each lease gets a page of its own. Cookies, localStorage, sessionStorage and
 * IndexedDB are carried over; a browser whose socket alone has died is kept.
 */
export function puppeteerAdapter(
  options: PuppeteerAdapterOptions,
): SessionAdapter<PuppeteerBrowser, BrowserSnapshot, Page> {
  const { auth, clock = systemClock } = options;
  const senders = new Senders<Page>();
  const browsers = new WeakMap<Page, OpenBrowser>();
  return {
    kind: 'puppeteer',
    open: (context) => openBrowser({ ...options, clock }, context),
    reattach: (old, context) => reattachBrowser(options, opened(old), context),
    close: (resource, context) => closeBrowser(opened(resource), context),
    watch: (resource, lost) => watchBrowser(opened(resource), clock, lost),
    probe: (resource, context) => feelPulse(opened(resource), context),
    usage: async ({ process }) => (process === undefined ? {} : { rssBytes: treeRss(process.pid) }),
    snapshot: (resource, context) => takeSnapshot(opened(resource), clock, context),
    ...(auth !== undefined && { auth: onPages(auth, clock) }),
    view: {
      open: async (resource, context) => {
        const page = await openPage(opened(resource), context);
        browsers.set(page, opened(resource));
        page.on('request', (request) => senders.note(page, request.method()));
        return page;
      },
      watch: watchPage,
      close: async (page, context) => {
        const open = browsers.get(page);
        if (open !== undefined) await closePage(open, page, { ...context, clock });
      },
    },
    inspect: (page, context) => {
      if (browsers.get(page)?.crashed.has(page)) return CRASHED_PAGE;
      return isErrorPage(page.url())
        ? verdictShown(page, context)
        : loginVerdict(page.url(), auth, senders.take(page));
    },
    classify: (error, resource) => classifyPuppeteer(error, { connected: resource?.browser.connected }),
  };
}

/** What this adapter opened is what it is given back. */
function opened(resource: PuppeteerBrowser): OpenBrowser {
  return resource as OpenBrowser;
}

async function closeBrowser(
  { browser, home }: OpenBrowser,
  { force, signal }: AdapterContext & { readonly force: boolean },
): Promise<void> {
  try {
    if (!force && browser.connected) {
      await orAbort(signal, browser.close());
      await home.vacated(signal);
    }
  } finally {
    await home.clear();
  }
}

function watchBrowser(
  { browser, exit }: OpenBrowser,
  clock: Clock,
  lost: (report: LossReport) => void,
): Disposable {
  let watching = true;
  const tell = (report: LossReport): void => {
    if (watching) lost(report);
  };
  const onDisconnected = (): void => {
    const report = exit.report ?? {
      cause: 'disconnected',
      detail: 'The connection to the browser is closed.',
    };
    clock.timer(EXIT_GRACE_MS, () => tell(exit.report ?? report), { unref: true });
  };
  browser.on('disconnected', onDisconnected);
  void exit.ended.then(tell);
  if (!browser.connected) onDisconnected();
  return {
    [Symbol.dispose]: () => {
      watching = false;
      browser.off('disconnected', onDisconnected);
    },
  };
}

/** A form or a link may end on an error page, of which Puppeteer says nothing. */
async function verdictShown(page: Page, { signal }: AdapterContext): Promise<Verdict | undefined> {
  return errorPageVerdict(await orAbort(signal, page.evaluate(ERROR_PAGE_CODE)));
}

function onPages(auth: BrowserAuth<Page>, clock: Clock): SessionAuth<PuppeteerBrowser> {
  const onPage = async <T>(
    resource: PuppeteerBrowser,
    context: AdapterContext,
    work: (page: Page) => Promise<T>,
  ): Promise<T> => {
    const page = await openPage(opened(resource), context);
    try {
      return await orAbort(context.signal, work(page));
    } finally {
      await closePage(opened(resource), page, { ...context, clock });
    }
  };
  return {
    check: (resource, context) => onPage(resource, context, (page) => auth.check(page, context)),
    login: (resource, context) => onPage(resource, context, (page) => auth.login(page, context)),
  };
}
