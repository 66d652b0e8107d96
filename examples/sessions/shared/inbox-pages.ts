import { withoutResend } from '@holdfast/resilience/adapters/playwright';
import type { Verified } from '@holdfast/resilience/operation';
import type { Lease } from '@holdfast/resilience/session';
import type { Page } from 'playwright-core';
import { openPage } from './open-page.ts';
import type { PageElement } from './open-page.ts';
import { upTo } from './up-to.ts';

/** A message of the inbox. */
export type Letter = {
  readonly id: string;
  readonly from: string;
  readonly subject: string;
  readonly body: string;
};

/** The ids of all messages of the inbox. */
export async function listInbox(lease: Lease<Page>): Promise<string[]> {
  await openPage(lease, '/inbox');
  const pages = await lease.run((page) => page.getAttribute('[data-pages]', 'data-pages'));
  const ids: string[] = [];
  for (const number of upTo(Number(pages))) {
    await openPage(lease, `/inbox?page=${number}`);
    ids.push(...(await lease.run(idsOf)));
  }
  return ids;
}

function idsOf(page: Page): Promise<string[]> {
  return page
    .locator('.message')
    .evaluateAll((rows: PageElement[]) => rows.map((row) => row.getAttribute('data-id') ?? ''));
}

/** What a message says. */
export async function readLetter(lease: Lease<Page>, id: string): Promise<Letter> {
  await openPage(lease, `/inbox/${id}`);
  return lease.run(async (page) => ({
    id,
    from: (await page.getAttribute('.message .from', 'data-from')) ?? '',
    subject: (await page.textContent('.message .subject')) ?? '',
    body: (await page.textContent('.message .body')) ?? '',
  }));
}

/** Presses the button that marks a message as read. */
export async function markRead(lease: Lease<Page>, id: string): Promise<void> {
  await openPage(lease, `/inbox/${id}`);
  await lease.run((page) =>
    withoutResend(page, async () => {
      await page.click('form[action$="/read"] button');
      await page.waitForSelector('.message[data-state=read]');
    }),
  );
}

/** Whether a message is marked as read. */
export async function isRead(lease: Lease<Page>, id: string): Promise<Verified<void>> {
  await openPage(lease, `/inbox/${id}`);
  return { happened: (await lease.run((page) => page.locator('.message[data-state=read]').count())) > 0 };
}
