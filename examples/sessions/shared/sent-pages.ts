import { setTimeout as sleep } from 'node:timers/promises';
import { classify } from '@holdfast/resilience';
import { classifyPlaywright, withoutResend } from '@holdfast/resilience/adapters/playwright';
import { EffectRefusedError } from '@holdfast/resilience/operation';
import type { Verified } from '@holdfast/resilience/operation';
import type { Lease } from '@holdfast/resilience/session';
import type { Page } from 'playwright-core';
import type { Message } from './message-text.ts';
import { openPage } from './open-page.ts';
import type { PageElement } from './open-page.ts';

/** A request that the browser gave up may still be on its way through the portal. */
const ON_ITS_WAY_MS = 1000;
/** References of messages that the portal took longer to answer than anybody waited. */
const unanswered = new Set<string>();

/** To whom messages were sent already. */
export async function listSent(lease: Lease<Page>): Promise<string[]> {
  await openPage(lease, '/sent');
  return lease.run((page) =>
    page
      .locator('.sent')
      .evaluateAll((rows: PageElement[]) => rows.map((row) => row.getAttribute('data-to') ?? '')),
  );
}

/** Fills the form and sends it; done when the portal shows the list of sent messages. */
export async function sendMessage(lease: Lease<Page>, message: Message): Promise<void> {
  await openPage(lease, `/compose?to=${message.to}`);
  await lease.run(async (page) => {
    await page.fill('#compose [name=body]', message.body);
    await page.fill('#compose [name=reference]', message.reference);
  });
  await lease.run(pressSend).catch((error: unknown) => {
    if (isTimeout(error)) unanswered.add(message.reference);
    throw error;
  });
  await lease.run(async (page) => {
    if (new URL(page.url()).pathname === '/sent') return;
    const refusal = page.locator('#problem');
    if ((await refusal.count()) > 0) throw new EffectRefusedError(await refusal.innerText());
    throw new Error(`The portal did not confirm the message to ${message.to}.`);
  });
}

function pressSend(page: Page): Promise<void> {
  return withoutResend(page, async () => {
    const answer = page.waitForURL((url) => url.pathname !== '/compose');
    await Promise.all([answer, page.click('#compose button')]);
  });
}

/** Whether a message is in the list of sent ones. */
export async function wasSent(lease: Lease<Page>, message: Message): Promise<Verified<void>> {
  if (await isListed(lease, message)) return { happened: true };
  await sleep(ON_ITS_WAY_MS);
  if (await isListed(lease, message)) return { happened: true };
  if (!unanswered.has(message.reference)) return { happened: false };
  return { happened: 'unknown', why: 'the portal never answered, and may still be at it' };
}

function isTimeout(error: unknown): boolean {
  return classifyPlaywright(error, {})?.category === 'timeout' || classify(error).category === 'timeout';
}

async function isListed(lease: Lease<Page>, { to, reference }: Message): Promise<boolean> {
  await openPage(lease, '/sent');
  const row = `.sent[data-to="${to}"][data-reference="${reference}"]`;
  return lease.run(async (page) => (await page.locator(row).count()) > 0);
}
