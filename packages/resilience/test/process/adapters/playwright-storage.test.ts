import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { playwrightAdapter } from '../../../src/adapters/playwright/index.ts';
import type { BrowserSnapshot, PlaywrightBrowser } from '../../../src/adapters/playwright/index.ts';
import { calm, fateOf, firstOpen, having, soon } from '../../../src/adapters/testing/bench-tools.ts';
import { CHROMIUM, FLAGS, hasChromium } from './chromium.ts';
import { browserGround } from './testing/browser-ground.ts';
import type { BrowserGround } from './testing/browser-ground.ts';
import { DESCRIBE_THINGS, WRITE_THINGS } from './testing/indexed-things.ts';

describe.skipIf(!covered('Chromium', hasChromium))('What Playwright carries over', () => {
  let ground: BrowserGround;
  const launch = { executablePath: CHROMIUM, args: [...FLAGS] };
  const adapter = having(
    playwrightAdapter({ browserType: chromium, launch }),
    'view',
    'snapshot',
    'reattach',
  );
  const take = async (resource: PlaywrightBrowser): Promise<BrowserSnapshot> =>
    JSON.parse(JSON.stringify(await adapter.snapshot(resource, calm()))) as BrowserSnapshot;
  /** The login page serves as a page of an origin that asks nothing of anybody. */
  const visit = async (page: Page): Promise<void> => {
    await page.goto(`${ground.portal.url}/login`);
  };

  beforeEach(async () => {
    ground = await browserGround();
  });
  afterEach(async () => await ground[Symbol.asyncDispose]());

  test('every kind of key and value of IndexedDB is carried over; what cannot be is counted', async () => {
    const first = await adapter.open(firstOpen());
    const page = await adapter.view.open(first, calm());
    await visit(page);
    await page.evaluate(WRITE_THINGS);
    const snapshot = await take(first);
    const written = await page.evaluate(DESCRIBE_THINGS);
    const stores = snapshot.origins[0]?.indexedDB?.flatMap(({ stores: each }) => each) ?? [];
    expect(stores.map(({ name, leftOut }) => [name, leftOut])).toContainEqual(['by hand', 1]);
    await adapter.close(first, { ...calm(), force: true });
    const second = await adapter.open(firstOpen(snapshot));
    const later = await adapter.view.open(second, calm());
    await visit(later);
    expect(await later.evaluate(DESCRIBE_THINGS)).toEqual(written);
    expect(written).toContain('string text: string a "text"\u2028\ud83d');
    expect(written).toContain('number 2: string next');
    await adapter.close(second, { ...calm(), force: true });
  });

  test('sessionStorage comes into each new page once: what the page removes stays removed', async () => {
    const { url } = ground.portal;
    const state = {
      origin: url,
      localStorage: {},
      sessionStorage: { token: 'abc', __proto__x: '"</script>' },
    };
    const resource = await adapter.open(firstOpen({ cookies: [], origins: [state] }));
    for (const _ of ['one page', 'another']) {
      const page = await adapter.view.open(resource, calm());
      await visit(page);
      expect(await page.evaluate(`({ ...sessionStorage })`)).toMatchObject(state.sessionStorage);
      await page.evaluate(`sessionStorage.removeItem('token')`);
      await visit(page);
      expect(await page.evaluate(`sessionStorage.getItem('token')`)).toBeNull();
    }
    await adapter.close(resource, { ...calm(), force: true });
  });

  test('a page in an endless loop hinders neither probe nor snapshot nor closing', async () => {
    const resource = await adapter.open(firstOpen());
    const page = await adapter.view.open(resource, calm());
    await visit(page);
    await page.evaluate(`localStorage.setItem('kept', 'yes')`);
    const loop = page.evaluate('for (;;) {}').catch(() => 'ended');
    expect(await fateOf(loop, 300)).toBe('pending');
    await soon('the probe', adapter.probe(resource, calm()));
    const snapshot = await soon('the snapshot', take(resource));
    expect(snapshot.origins).toMatchObject([{ localStorage: { kept: 'yes' } }]);
    await soon('closing the page', adapter.view.close(page, calm()));
    expect(await loop).toBe('ended');
    await adapter.close(resource, { ...calm(), force: false });
    expect(await ground.leftovers()).toEqual([]);
  });

  test('a context that somebody closes is replaced in the same browser, with its state', async () => {
    const resource = await adapter.open(firstOpen());
    const page = await adapter.view.open(resource, calm());
    await visit(page);
    await page.evaluate(`localStorage.setItem('kept', 'yes')`);
    const { cookies } = await take(resource);
    expect(cookies.map(({ name }) => name)).toEqual(['portal_visit']);
    const told = Promise.withResolvers<string>();
    adapter.watch(resource, ({ cause }) => told.resolve(cause));
    await resource.context.close();
    const loss = { cause: 'closed', generation: 1, at: 0, ageMs: 0, uses: 0 } as const;
    expect(await soon('the loss', told.promise)).toBe(loss.cause);
    const again = await adapter.reattach(resource, { ...calm(), loss });
    if (again === undefined) throw new Error('it must be reattached');
    expect(again.process).toEqual(resource.process);
    await adapter.close(resource, { ...calm(), force: true });
    await adapter.probe(again, calm());
    const later = await adapter.view.open(again, calm());
    await visit(later);
    expect(await later.evaluate(`localStorage.getItem('kept')`)).toBe('yes');
    expect(await again.context.cookies()).toMatchObject(cookies);
    await adapter.close(again, { ...calm(), force: false });
    expect(await adapter.reattach(again, { ...calm(), loss })).toBeUndefined();
    expect(await ground.leftovers()).toEqual([]);
  });
});
