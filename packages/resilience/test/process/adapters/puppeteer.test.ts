import { Socket } from 'node:net';
import puppeteer from 'puppeteer-core';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { puppeteerAdapter } from '../../../src/adapters/puppeteer/index.ts';
import type { BrowserSnapshot, PuppeteerBrowser } from '../../../src/adapters/puppeteer/index.ts';
import type { LossReport } from '../../../src/session/index.ts';
import { covered } from '../../../../../test/needs.ts';
import { CHROMIUM, FLAGS, hasChromium, livingIn, renderersOf } from './chromium.ts';
import { READ_BACK, startSite } from './site.ts';
import type { Site } from './site.ts';

const soon = { timeout: 10_000, interval: 20 };
const never = new AbortController().signal;
const context = { signal: never };
/** Any loss stands for the one that led to a call. */
const loss = { cause: 'disconnected', generation: 1, at: 0, ageMs: 0, uses: 0 } as const;

const adapter = puppeteerAdapter({ puppeteer, launch: { executablePath: CHROMIUM, args: [...FLAGS] } });

const profileOf = ({ browser }: PuppeteerBrowser, profile = ''): string =>
  browser
    .process()
    ?.spawnargs.find((word) => word.startsWith('--user-data-dir='))
    ?.slice(16) ?? profile;
const pidOf = ({ process: browser }: PuppeteerBrowser): number => {
  if (browser === undefined) throw new Error('the browser must be known');
  return browser.pid;
};
/** Whether a call is still without an answer after `ms`. */
async function hangs(call: Promise<unknown>, ms = 700): Promise<boolean> {
  const settled = call.then(
    () => false,
    () => false,
  );
  return await Promise.race([settled, new Promise<true>((resolve) => setTimeout(() => resolve(true), ms))]);
}

describe.skipIf(!covered('Chromium', hasChromium))('Puppeteer with a real Chromium', () => {
  let site: Site;
  const opened: PuppeteerBrowser[] = [];
  const open = async (restore?: BrowserSnapshot): Promise<PuppeteerBrowser> => {
    const resource = await adapter.open({
      ...context,
      generation: 1,
      attempt: 1,
      ...(restore && { restore }),
    });
    opened.push(resource);
    return resource;
  };
  const openView = async (resource: PuppeteerBrowser): Promise<{ page: Page; lost: LossReport[] }> => {
    const view = adapter.view;
    if (view === undefined) throw new Error('there must be one');
    const page = await view.open(resource, context);
    const lost: LossReport[] = [];
    view.watch(page, (report) => lost.push(report));
    return { page, lost };
  };
  const watch = (resource: PuppeteerBrowser): LossReport[] => {
    const lost: LossReport[] = [];
    adapter.watch(resource, (report) => lost.push(report));
    return lost;
  };

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(async () => await site.close());
  afterEach(async () => {
    for (const resource of opened.splice(0)) {
      const profile = profileOf(resource);
      await adapter.close(resource, { ...context, force: true });
      expect(livingIn(profile)).toEqual([]);
    }
  });

  test('a killed browser is told with its signal, and no flag of a page tells it', async () => {
    const resource = await open();
    const lost = watch(resource);
    const { page } = await openView(resource);
    const going = page.evaluate('new Promise(() => {})').catch((error: unknown) => error);
    process.kill(pidOf(resource), 'SIGKILL');
    await vi.waitFor(() => expect(lost).not.toEqual([]), soon);
    expect(lost[0]).toMatchObject({ cause: 'process-exit', exitSignal: 'SIGKILL' });
    expect(adapter.classify?.(await going, resource)).toMatchObject({ category: 'session-lost' });
    expect(page.isClosed()).toBe(false);
    await expect(adapter.probe(resource, context)).rejects.toThrow();
    expect(await adapter.reattach?.(resource, { ...context, loss })).toBeUndefined();
  });

  test('a killed renderer is told as a crash of the page; its calls hang, a new page works', async () => {
    const resource = await open();
    const lost = watch(resource);
    const { page, lost: pageLost } = await openView(resource);
    await page.goto(`${site.url}/who`);
    expect(adapter.inspect?.(page, context)).toBeUndefined();
    const killed = renderersOf(pidOf(resource));
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(pageLost).toHaveLength(1), soon);
    expect(pageLost[0]).toMatchObject({ cause: 'crash', detail: 'Page crashed!' });
    expect(await hangs(page.title())).toBe(true);
    expect(adapter.inspect?.(page, context)).toMatchObject({ category: 'page-lost', scope: 'page' });
    // The page that answers probes was killed as well.
    await adapter.probe(resource, context);
    const { page: other } = await openView(resource);
    await other.goto(`${site.url}/page`);
    expect(await other.title()).toBe('page');
    await adapter.view?.close(page, context);
    expect(lost).toEqual([]);
  });

  test('a frozen browser hangs the probe until it is given up, and works again when it goes on', async () => {
    const resource = await open();
    const lost = watch(resource);
    const { page } = await openView(resource);
    process.kill(pidOf(resource), 'SIGSTOP');
    try {
      const limit = new AbortController();
      const probe = adapter.probe(resource, { signal: limit.signal });
      expect(await hangs(probe)).toBe(true);
      expect(resource.browser.connected).toBe(true);
      const reason = new Error('given up');
      limit.abort(reason);
      await expect(probe).rejects.toBe(reason);
      const opening = adapter.view?.open(resource, { signal: limit.signal });
      await expect(opening).rejects.toBe(reason);
    } finally {
      process.kill(pidOf(resource), 'SIGCONT');
    }
    await adapter.probe(resource, context);
    expect(await page.evaluate('1 + 1')).toBe(2);
    expect(lost).toEqual([]);
  });

  test('a frozen browser is killed by force', async () => {
    const resource = await open();
    const profile = profileOf(resource);
    process.kill(pidOf(resource), 'SIGSTOP');
    await adapter.close(resource, { ...context, force: true });
    expect(livingIn(profile)).toEqual([]);
  });

  test('a page in an endless loop is closed, and the browser with its other pages works on', async () => {
    const resource = await open();
    const { page } = await openView(resource);
    await page.goto(`${site.url}/page`);
    const loop = page.evaluate('for (;;) {}');
    expect(await hangs(loop)).toBe(true);
    await adapter.probe(resource, context);
    await adapter.view?.close(page, context);
    const error: unknown = await loop.catch((caught: unknown) => caught);
    expect(adapter.classify?.(error, resource)).toMatchObject({ category: 'page-lost', scope: 'page' });
    expect(page.isClosed()).toBe(true);
  });

  test('a page that somebody closes is told once', async () => {
    const resource = await open();
    const { page, lost } = await openView(resource);
    await page.close();
    await vi.waitFor(() => expect(lost).toMatchObject([{ cause: 'closed' }]), soon);
    await adapter.view?.close(page, context);
    const error: unknown = await page.evaluate('1').catch((caught: unknown) => caught);
    expect(adapter.classify?.(error, resource)).toMatchObject({ scope: 'page' });
  });

  test('a page that is given up while it opens is closed once it is there', async () => {
    const resource = await open();
    const before = (await resource.browser.pages()).length;
    const limit = new AbortController();
    const opening = adapter.view?.open(resource, { signal: limit.signal });
    limit.abort(new Error('given up'));
    await expect(opening).rejects.toThrow('given up');
    const { page } = await openView(resource);
    await vi.waitFor(async () => expect(await resource.browser.pages()).toHaveLength(before + 1), soon);
    await adapter.view?.close(page, context);
  });

  test('when only the socket dies the same browser is attached again, with its pages and cookies', async () => {
    const resource = await open();
    const lost = watch(resource);
    const { page } = await openView(resource);
    await page.goto(`${site.url}/keep`);
    cutSocketTo(resource.browser.wsEndpoint());
    await vi.waitFor(() => expect(lost).toMatchObject([{ cause: 'disconnected' }]), soon);
    expect(resource.browser.connected).toBe(false);
    const again = await adapter.reattach?.(resource, { ...context, loss });
    if (again === undefined) throw new Error('it must be attached again');
    opened.push(again);
    expect(again.process).toEqual(resource.process);
    await adapter.probe(again, context);
    expect((await again.browser.cookies()).map(({ name }) => name).sort()).toEqual(['for', 'visit']);
    expect((await again.browser.pages()).map((each) => each.url())).toContain(`${site.url}/keep`);
    const lostAgain = watch(again);
    process.kill(pidOf(again), 'SIGKILL');
    await vi.waitFor(() => expect(lostAgain[0]).toMatchObject({ exitSignal: 'SIGKILL' }), soon);
  });

  test('what lives on the address of a lost browser without being it is left alone', async () => {
    const resource = await open();
    const stranger = await open();
    await resource.browser.disconnect();
    const disguised = {
      ...resource,
      browser: { connected: false, wsEndpoint: () => stranger.browser.wsEndpoint() },
    };
    expect(
      await adapter.reattach?.(disguised as unknown as PuppeteerBrowser, { ...context, loss }),
    ).toBeUndefined();
    await adapter.probe(stranger, context);
  });

  test('cookies and all storages are carried over to the next browser, without asking the site', async () => {
    const first = await open();
    const { page } = await openView(first);
    await page.goto(`${site.url}/keep`);
    await vi.waitFor(async () => expect(await page.title()).toBe('kept'), soon);
    const written = await page.evaluate(READ_BACK);
    expect(written).toBe('local session 3 1000 1,2,3');
    await adapter.view?.close(page, context);
    const taken = await adapter.snapshot?.(first, context);
    const snapshot = JSON.parse(JSON.stringify(taken)) as BrowserSnapshot;
    await adapter.close(first, { ...context, force: false });
    const askedBefore = site.asked.length;
    const second = await open(snapshot);
    const { page: later } = await openView(second);
    expect(site.asked.length).toBe(askedBefore);
    await later.goto(`${site.url}/who`);
    expect(await later.$eval('p', (element) => element.textContent)).toBe('for=ever; visit=1');
    expect(await later.evaluate(READ_BACK)).toBe(written);
    expect(await adapter.snapshot?.(second, context)).toEqual(taken);
  });

  test('a snapshot is taken although a page is in an endless loop', async () => {
    const resource = await open();
    const { page } = await openView(resource);
    await page.goto(`${site.url}/keep`);
    await vi.waitFor(async () => expect(await page.title()).toBe('kept'), soon);
    const loop = page.evaluate('for (;;) {}').catch(() => undefined);
    const snapshot = await adapter.snapshot?.(resource, context);
    expect(snapshot?.cookies.map(({ name }) => name).sort()).toEqual(['for', 'visit']);
    await adapter.view?.close(page, context);
    await loop;
  });

  test('nothing is left of a browser that was closed, closed twice, killed, or given up at its start', async () => {
    const resource = await open();
    const profile = profileOf(resource);
    expect(livingIn(profile).length).toBeGreaterThan(0);
    await adapter.close(resource, { ...context, force: false });
    await adapter.close(resource, { ...context, force: false });
    expect(livingIn(profile)).toEqual([]);
    const limit = new AbortController();
    const opening = adapter.open({ signal: limit.signal, generation: 1, attempt: 1 });
    setTimeout(() => limit.abort(new Error('given up')), 100);
    await expect(opening).rejects.toThrow('given up');
  });
});

/** Ends our side of the connection, as a network that comes back after a sleep does. */
function cutSocketTo(address: string): void {
  const port = Number(new URL(address).port);
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const sockets = handles.filter((each) => each instanceof Socket && each.remotePort === port) as Socket[];
  expect(sockets).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
}
