import type { Page } from 'puppeteer-core';
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
    const script = sessionStorageScript(open.book.states);
    if (script !== undefined) await page.evaluateOnNewDocument(script);
    return page;
  })();
  return await orAbort(signal, opening, (page) => page.close());
}

/**
 * Keeps what a page leaves in storage and closes it. `page.close()` may hang; when it is given up it goes on in the
 * background, until the page or the browser ends.
 */
export async function closePage(
  open: OpenBrowser,
  page: Page,
  { signal, clock }: AdapterContext & { readonly clock: Clock },
): Promise<void> {
  if (page.isClosed() || !open.browser.connected) return;
  if (!signal.aborted) await capturePage(open, page, clock);
  try {
    await orAbort(signal, page.close());
  } catch (error) {
    if (page.isClosed() || !open.browser.connected) return;
    throw error;
  }
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
