import type { Page } from 'puppeteer-core';
import type { AdapterContext } from '../../session/adapter.ts';
import { orAbort } from '../browser/or-abort.ts';
import type { OpenBrowser } from './puppeteer-browser.ts';

/**
 * Asks a page of our own to reckon: a round trip through the browser into a renderer and back. A page of which nothing
 * is left but the handle is replaced once; flags are never asked.
 */
export async function feelPulse(open: OpenBrowser, { signal }: AdapterContext): Promise<void> {
  const { page } = open.pulse;
  if (page !== undefined) {
    try {
      return await reckon(page, signal);
    } catch (error) {
      open.pulse.page = undefined;
      if (signal.aborted || !open.browser.connected) throw error;
    }
  }
  const fresh = await orAbort(signal, open.browser.newPage(), (late) => late.close());
  adoptPulse(open, fresh);
  await reckon(fresh, signal);
}

/** Makes a page the one that answers probes, until it crashes or is closed. */
export function adoptPulse({ own, pulse }: OpenBrowser, page: Page): void {
  own.add(page.target());
  pulse.page = page;
  const onGone = (): void => {
    if (pulse.page === page) pulse.page = undefined;
  };
  page.on('error', onGone);
  page.on('close', onGone);
}

async function reckon(page: Page, signal: AbortSignal): Promise<void> {
  const gone = Promise.withResolvers<never>();
  const onGone = (): void => gone.reject(new Error('The page that answers probes is gone.'));
  page.on('error', onGone);
  page.on('close', onGone);
  try {
    if (page.isClosed()) onGone();
    await orAbort(signal, Promise.race([page.evaluate('1'), gone.promise]));
  } finally {
    page.off('error', onGone);
    page.off('close', onGone);
  }
}
