import type { Page, Target } from 'puppeteer-core';
import type { Clock } from '../../clock/clock.ts';
import type { AdapterContext } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import { orAbort } from '../browser/or-abort.ts';
import { sessionStorageScript } from '../browser/storage-script.ts';
import type { OpenBrowser } from './puppeteer-browser.ts';
import { capturePage } from './storage.ts';

/** Opens a page with the sessionStorage that was carried over. One that is given up is closed once it is there. */
export async function openPage(open: OpenBrowser, { signal }: AdapterContext): Promise<Page> {
  const opening = (async () => {
    const page = await open.browser.newPage();
    page.on('error', () => open.crashed.add(page));
    open.popups.follow(page);
    const script = sessionStorageScript(open.book.states);
    if (script !== undefined) await page.evaluateOnNewDocument(script);
    return page;
  })();
  return await orAbort(signal, opening, (page) => page.close());
}

/**
 * Keeps what a page leaves in storage and closes it, with all that were opened from it. `page.close()` may hang; when it is given up it goes on in the
 * background, until the page or the browser ends.
 */
export async function closePage(
  open: OpenBrowser,
  page: Page,
  { signal, clock }: AdapterContext & { readonly clock: Clock },
): Promise<void> {
  if (!open.browser.connected) return;
  const pages = await orAbort(signal, openedFrom(open, page));
  if (!signal.aborted) {
    const keeping = Promise.all(pages.map((each) => capturePage(open, each, clock)));
    // When it is given up, the pages are closed all the same.
    await orAbort(signal, keeping).catch(() => undefined);
  }
  try {
    await orAbort(signal, Promise.all(pages.map((each) => each.close())));
  } catch (error) {
    if (pages.every((each) => each.isClosed()) || !open.browser.connected) return;
    throw error;
  }
}

/** A page with those that were opened from it, and from these; Puppeteer does not tell of all that open at once. */
async function openedFrom({ browser, popups }: OpenBrowser, page: Page): Promise<readonly Page[]> {
  const pages = new Set([page, ...popups.of(page)]);
  const targets = new Set<Target | undefined>([...pages].map((each) => each.target()));
  let before = 0;
  while (before < targets.size) {
    before = targets.size;
    for (const target of browser.targets()) if (targets.has(target.opener())) targets.add(target);
  }
  for (const target of targets) {
    const popup = target?.type() === 'page' ? await target.page() : null;
    if (popup !== null) pages.add(popup);
  }
  return [...pages].filter((each) => !each.isClosed());
}

/** Tells when a page has crashed or was closed by somebody else. */
export function watchPage(page: Page, lost: (report: LossReport) => void): Disposable {
  const onError = (error: Error): void => lost({ cause: 'crash', detail: error.message, error });
  const onClose = (): void => lost({ cause: 'closed', detail: 'The page was closed.' });
  page.on('error', onError);
  page.on('close', onClose);
  return {
    [Symbol.dispose]: () => {
      page.off('error', onError);
      page.off('close', onClose);
    },
  };
}
