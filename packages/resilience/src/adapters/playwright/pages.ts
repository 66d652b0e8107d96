import type { Frame, Page } from 'playwright-core';
import type { AdapterContext } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import { orAbort } from '../browser/or-abort.ts';
import { sessionStorageScript } from '../browser/storage-script.ts';
import type { OpenPlaywright } from './open-playwright.ts';
import { capturePage } from './storage.ts';

/** Notes of every page whether it crashes and what it shows, since that is where there may be storage to carry over. */
export function trackPages({ context, crashed, own, life, popups }: OpenPlaywright): void {
  context.on('page', (page) => {
    popups.follow(page);
    let shown = 'about:blank';
    page.on('crash', () => crashed.add(page));
    page.on('framenavigated', (frame: Frame) => {
      if (frame !== page.mainFrame() || own.has(page)) return;
      // Until now the page it leaves may have changed its storage.
      life.book.visit(shown);
      shown = frame.url();
      life.book.visit(shown);
    });
  });
}

/** Opens a page with the sessionStorage that was carried over. One that is given up is closed once it is there. */
export async function openPage(open: OpenPlaywright, { signal }: AdapterContext): Promise<Page> {
  const opening = (async () => {
    const page = await nextPage(open);
    const script = sessionStorageScript(open.life.book.states);
    if (script !== undefined) await page.addInitScript({ content: script });
    return page;
  })();
  return await orAbort(signal, opening, (page) => page.close());
}

/** The page that was made ahead, or a new one. */
async function nextPage({ context, crashed, own, spare }: OpenPlaywright): Promise<Page> {
  const ahead = spare.page;
  spare.page = undefined;
  const page = await (ahead ?? context.newPage());
  if (page.isClosed() || crashed.has(page)) return await context.newPage();
  own.delete(page);
  return page;
}

/**
 * Keeps what a page leaves in storage and closes it, with all that were opened from it. When closing is given up it
 * goes on in the background, until the page or the browser ends.
 */
export async function closePage(open: OpenPlaywright, page: Page, { signal }: AdapterContext): Promise<void> {
  const pages = [page, ...open.popups.of(page)].filter((each) => !each.isClosed());
  if (!signal.aborted) {
    const keeping = Promise.all(pages.map((each) => capturePage(open, each)));
    // When it is given up, the pages are closed all the same.
    await orAbort(signal, keeping).catch(() => undefined);
  }
  await orAbort(signal, Promise.all(pages.map((each) => each.close())));
}

/**
 * Tells when a page has crashed or was closed by somebody else. When its browser ends, Playwright closes all pages
 * before it says so: that is not the loss of a page.
 */
export function watchPage(
  page: Page,
  isBrowserThere: () => boolean,
  lost: (report: LossReport) => void,
): Disposable {
  const onCrash = (): void => lost({ cause: 'crash', detail: 'The page has crashed.' });
  const onClose = (): void => {
    if (isBrowserThere()) lost({ cause: 'closed', detail: 'The page was closed.' });
  };
  page.on('crash', onCrash);
  page.on('close', onClose);
  if (page.isClosed()) onClose();
  return {
    [Symbol.dispose]: () => {
      page.off('crash', onCrash);
      page.off('close', onClose);
    },
  };
}
