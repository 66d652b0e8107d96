import {
  classify,
  classifyStatus,
  constant,
  fullJitter,
  resilient,
  ResilienceError,
} from '@holdfast/resilience';
import { classifyPlaywright } from '@holdfast/resilience/adapters/playwright';
import type { Verdict } from '@holdfast/resilience';
import type { Lease } from '@holdfast/resilience/session';
import { EventEmitter } from 'node:events';
import type { Page } from 'playwright-core';

/** Tells of each wait before a page is asked for again. */
export const waits = new EventEmitter<{ wait: [verdict: Verdict] }>();

/** What reads may wait for: about two minutes for a portal that is down. Losses of the browser and of the login are the session's affair. */
const patience = resilient('pages of the portal', {
  classify: (error) => classifyPlaywright(error, {}) ?? classify(error),
  retry: {
    network: { attempts: 60, backoff: fullJitter('200ms', '5s') },
    'rate-limit': { attempts: 20, backoff: constant('1s') },
  },
  onEvent: (event) => {
    if (event.type === 'wait' && event.verdict) waits.emit('wait', event.verdict);
  },
});

/**
 * Opens a page of the portal; asks again when the answer was an error that passes. The call is one of its own, so that
 * a login page in its place is noticed before anybody looks for something on it.
 */
export async function openPage(lease: Lease<Page>, path: string): Promise<void> {
  await patience.run(() => lease.run((page) => goTo(page, path)));
}

/** The part of an element that readers use, which run in the browser and see nothing of this module. */
export interface PageElement {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
}

/** Opens a page once. @throws ResilienceError when the portal answers with an error. */
export async function goTo(page: Page, path: string): Promise<void> {
  const response = await page.goto(path);
  const status = response?.status() ?? 0;
  const retryAfter = response?.headers()['retry-after'];
  const verdict = classifyStatus(status, retryAfter === undefined ? {} : { retryAfter });
  if (!verdict) return;
  throw new ResilienceError(`The portal answered ${status} for ${path}.`, {
    code: 'ERR_PORTAL_STATUS',
    hint: 'Open the address in a browser; if it answers there, start again.',
    verdict,
  });
}
