import type { Page } from 'playwright-core';
import type { AdapterContext } from '../../session/adapter.ts';
import { orAbort } from '../browser/or-abort.ts';
import type { OpenPlaywright } from './open-playwright.ts';

/**
 * A page that nobody works with, opened once `after` is there. That it cannot be opened is heard by whoever awaits it,
 * or by nobody.
 */
export function ownPage({ context, own }: OpenPlaywright, after?: Promise<Page>): Promise<Page> {
  const opening = (async () => {
    await after;
    const page = await context.newPage();
    own.add(page);
    return page;
  })();
  opening.catch(() => {
    // See above: an opening that is not awaited yet must not end the process.
  });
  return opening;
}

/**
 * Asks a page of our own to reckon: a round trip through the browser into a renderer and back. A page that has crashed
 * or was closed is replaced once; flags are never believed alone.
 */
export async function feelPulse(open: OpenPlaywright, { signal }: AdapterContext): Promise<void> {
  open.pulse.page ??= ownPage(open);
  try {
    return await orAbort(signal, reckon(open.pulse.page));
  } catch (error) {
    if (signal.aborted || !open.browser.isConnected()) throw error;
  }
  open.pulse.page = ownPage(open);
  await orAbort(signal, reckon(open.pulse.page));
}

async function reckon(opening: Promise<Page>): Promise<void> {
  const page = await opening;
  const answer: unknown = await page.evaluate('6 * 7');
  if (answer !== 42) throw new Error('The page that answers probes does not reckon.');
}
