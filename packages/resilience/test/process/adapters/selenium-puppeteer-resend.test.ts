import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { until } from '../../../src/adapters/testing/bench-tools.ts';
import { hasChromedriver } from './chromium.ts';
import { anyDriver } from './testing/any-page.ts';
import type { AnyPage } from './testing/any-page.ts';
import { browserGround } from './testing/browser-ground.ts';
import type { BrowserGround } from './testing/browser-ground.ts';

/** Fills the form of a page and sends it; resolves when another document is there. */
async function submit(page: AnyPage, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.run(`(() => {
    const form = document.querySelector('main form[method=post], form#login');
    for (const [name, value] of Object.entries(${JSON.stringify(fields)})) form.elements.namedItem(name).value = value;
    window.before = true;
    form.requestSubmit();
  })()`);
  await until('the next page is there', async () => {
    try {
      return (await page.run(`window.before === undefined && document.readyState === 'complete'`)) === true;
    } catch {
      // Between two documents.
      return false;
    }
  });
}

async function resetNextMessage(url: string): Promise<void> {
  const body = JSON.stringify({ match: 'POST /messages', kind: 'reset', when: 'after', times: 1 });
  const answer = await fetch(`${url}/control/faults`, { method: 'POST', body });
  expect(answer.status).toBe(201);
}

describe.skipIf(!covered('Chromium', hasChromedriver))('a connection that is reset after a message', () => {
  let ground: BrowserGround;
  beforeEach(async () => {
    ground = await browserGround();
  });
  afterEach(async () => await ground[Symbol.asyncDispose]());

  test.each(['Puppeteer', 'Selenium'] as const)(
    'makes the browser of %s send it twice, and once within withoutResend',
    async (driver) => {
      const { portal } = ground;
      const browser = await anyDriver[driver]();
      const { page } = await browser.openPage();
      const send = async (reference: string): Promise<void> => {
        await page.goto(`${portal.url}/compose?to=m1`);
        await submit(page, { body: 'hällo & more', reference });
      };
      const sent = (mark: string): number =>
        portal.ledger.of('message').filter(({ reference }) => reference === mark).length;
      await page.goto(`${portal.url}/login`);
      await page.withoutResend(async () => await submit(page, { username: 'demo', password: 'demo' }));
      expect(await page.run('location.pathname')).toBe('/');
      await resetNextMessage(portal.url);
      await send('by the browser');
      expect(sent('by the browser')).toBe(2);
      await resetNextMessage(portal.url);
      await page.withoutResend(async () => await send('once'));
      expect(await page.run('location.protocol')).toBe('chrome-error:');
      expect(sent('once')).toBe(1);
      await page.withoutResend(async () => await send('undisturbed'));
      expect(await page.run('location.pathname')).toBe('/sent');
      expect(sent('undisturbed')).toBe(1);
      await send('afterwards');
      expect(sent('afterwards')).toBe(1);
      expect(portal.ledger.of('fault')).toHaveLength(2);
      await browser.close();
    },
  );
});
