import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebDriver } from 'selenium-webdriver';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import type { BrowserSnapshot, SeleniumBrowser } from '../../../src/adapters/selenium/index.ts';
import { seleniumAdapter } from '../../../src/adapters/selenium/index.ts';
import { classify } from '../../../src/classify/index.ts';
import { isAlive } from '../../../src/process/index.ts';
import type { ProcessIdentity } from '../../../src/process/index.ts';
import type { LossReport } from '../../../src/session/index.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS, hasChromedriver, renderersOf } from './chromium.ts';
import { READ_BACK, startSite } from './site.ts';
import type { Site } from './site.ts';

const soon = { timeout: 10_000, interval: 20 };
const context = { signal: new AbortController().signal };

/** Whether a call is still without an answer after `ms`. */
async function hangs(call: Promise<unknown>, ms = 700): Promise<boolean> {
  const settled = call.then(
    () => false,
    () => false,
  );
  return await Promise.race([settled, new Promise<true>((resolve) => setTimeout(() => resolve(true), ms))]);
}

function known(identity: ProcessIdentity | undefined): ProcessIdentity {
  if (identity === undefined) throw new Error('the process must be known');
  return identity;
}

async function failureOf(broken: ReturnType<typeof seleniumAdapter>): Promise<unknown> {
  return await broken.open({ ...context, generation: 1, attempt: 1 }).catch((error: unknown) => error);
}

describe.skipIf(!covered('Chromium', hasChromedriver))(
  'Selenium with a real chromedriver and Chromium',
  () => {
    let site: Site;
    const adapter = seleniumAdapter({
      chromedriver: CHROMEDRIVER,
      chrome: { binary: CHROMIUM, args: FLAGS },
      auth: {
        check: async (driver) => {
          await driver.get(`${site.url}/gate`);
          return (await driver.getTitle()) === 'inside' ? 'ok' : 'expired';
        },
        login: async (driver) => await driver.get(`${site.url}/enter`),
        expiredAt: (url) => url.endsWith('/login'),
      },
    });
    const view = adapter.view;
    if (view === undefined) throw new Error('there must be windows');
    const opened: SeleniumBrowser[] = [];
    const open = async (restore?: BrowserSnapshot): Promise<SeleniumBrowser> => {
      const resource = await adapter.open({
        ...context,
        generation: 1,
        attempt: 1,
        ...(restore && { restore }),
      });
      opened.push(resource);
      return resource;
    };
    const openView = async (
      resource: SeleniumBrowser,
    ): Promise<{ driver: WebDriver; lost: LossReport[] }> => {
      const driver = await view.open(resource, context);
      const lost: LossReport[] = [];
      view.watch(driver, (report) => lost.push(report));
      return { driver, lost };
    };
    const watch = (resource: SeleniumBrowser): LossReport[] => {
      const lost: LossReport[] = [];
      adapter.watch(resource, (report) => lost.push(report));
      return lost;
    };
    const keep = async (driver: WebDriver): Promise<void> => {
      await driver.get(`${site.url}/keep`);
      await vi.waitFor(async () => expect(await driver.getTitle()).toBe('kept'), soon);
    };

    beforeAll(async () => {
      site = await startSite();
    });
    afterAll(async () => await site.close());
    afterEach(async () => {
      for (const resource of opened.splice(0)) {
        await adapter.close(resource, { ...context, force: true });
        expect(isAlive(known(resource.process))).toBe(false);
        expect(isAlive(known(resource.driverProcess))).toBe(false);
      }
    });

    test('a killed browser is told, which Selenium itself does not: its session id still answers', async () => {
      const resource = await open();
      const lost = watch(resource);
      const { driver } = await openView(resource);
      process.kill(known(resource.process).pid, 'SIGKILL');
      await vi.waitFor(() => expect(lost).toMatchObject([{ cause: 'process-exit' }]), soon);
      expect((await driver.getSession()).getId()).not.toBe('');
      const error: unknown = await driver.getTitle().catch((caught: unknown) => caught);
      expect(adapter.classify?.(error, resource)).toMatchObject({ category: 'session-lost' });
      await expect(adapter.probe(resource, context)).rejects.toThrow();
    });

    test('a killed chromedriver is told, and the browser that outlives it is ended by closing', async () => {
      const resource = await open();
      const lost = watch(resource);
      const { driver } = await openView(resource);
      const [browser, server] = [known(resource.process), known(resource.driverProcess)];
      process.kill(server.pid, 'SIGKILL');
      await vi.waitFor(
        () => expect(lost).toMatchObject([{ cause: 'process-exit', exitSignal: 'SIGKILL' }]),
        soon,
      );
      const error: unknown = await driver.getTitle().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'ERR_DRIVER_SERVER' });
      await expect(adapter.probe(resource, context)).rejects.toMatchObject({ code: 'ERR_DRIVER_SERVER' });
      expect(isAlive(browser)).toBe(true);
      await adapter.close(resource, { ...context, force: false });
      expect(isAlive(browser)).toBe(false);
    });

    test('a killed renderer is told on its window alone; a window of its own works at once', async () => {
      const resource = await open();
      const lost = watch(resource);
      const { driver, lost: windowLost } = await openView(resource);
      await driver.get(`${site.url}/page`);
      expect(await adapter.inspect?.(driver, context)).toBeUndefined();
      const killed = renderersOf(known(resource.process).pid);
      expect(killed.length).toBeGreaterThan(0);
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => expect(windowLost).toMatchObject([{ cause: 'crash' }]), soon);
      const error: unknown = await driver.getTitle().catch((caught: unknown) => caught);
      expect(adapter.classify?.(error, resource)).toMatchObject({ category: 'crash', scope: 'page' });
      expect(await adapter.inspect?.(driver, context)).toMatchObject({ scope: 'page' });
      await view.close(driver, context);
      await adapter.probe(resource, context);
      const next = await openView(resource);
      await next.driver.get(`${site.url}/page`);
      expect(await next.driver.getTitle()).toBe('page');
      expect(lost).toEqual([]);
    });

    test.each(['process', 'driverProcess'] as const)(
      'a frozen %s hangs the probe until it is given up',
      async (who) => {
        const resource = await open();
        const lost = watch(resource);
        const { driver } = await openView(resource);
        const frozen = known(resource[who]);
        const limit = new AbortController();
        process.kill(frozen.pid, 'SIGSTOP');
        try {
          const probe = adapter.probe(resource, { signal: limit.signal });
          expect(await hangs(probe)).toBe(true);
          expect(await hangs(driver.getTitle())).toBe(true);
          const reason = new Error('given up');
          limit.abort(reason);
          await expect(probe).rejects.toBe(reason);
        } finally {
          process.kill(frozen.pid, 'SIGCONT');
        }
        await adapter.probe(resource, context);
        expect(await driver.executeScript('return 1 + 1')).toBe(2);
        expect(lost).toEqual([]);
      },
    );

    test('a frozen browser and its chromedriver are killed by force', async () => {
      const resource = await open();
      for (const each of [resource.process, resource.driverProcess]) process.kill(known(each).pid, 'SIGSTOP');
      await adapter.close(resource, { ...context, force: true });
      expect(isAlive(known(resource.process))).toBe(false);
    });

    test('an endless loop holds its chromedriver whatever the limit of scripts, until its window is closed', async () => {
      const resource = await open();
      const { driver } = await openView(resource);
      await driver.get(`${site.url}/page`);
      await driver.manage().setTimeouts({ script: 500 });
      const loop = driver.executeScript('for (;;) {}').catch((error: unknown) => error);
      expect(await hangs(loop, 1_200)).toBe(true);
      // Somebody may still wait for that call: its browser and its chromedriver are alive.
      await adapter.probe(resource, context);
      const limit = new AbortController();
      limit.abort(new Error('given up'));
      await expect(view.close(driver, { signal: limit.signal })).rejects.toThrow('given up');
      expect(await hangs(adapter.probe(resource, context))).toBe(true);
      await view.close(driver, context);
      expect(await hangs(loop)).toBe(false);
      expect(await adapter.inspect?.(driver, context)).toMatchObject({ scope: 'page' });
      await adapter.probe(resource, context);
      const next = await openView(resource);
      await next.driver.get(`${site.url}/page`);
      expect(await next.driver.getTitle()).toBe('page');
    });

    test('a window that somebody closes is told once, and an old driver reaches no later window', async () => {
      const resource = await open();
      const { driver, lost } = await openView(resource);
      await driver.close();
      await vi.waitFor(() => expect(lost).toMatchObject([{ cause: 'closed' }]), soon);
      const error: unknown = await driver.getTitle().catch((caught: unknown) => caught);
      expect(adapter.classify?.(error, resource)).toMatchObject({ category: 'page-lost' });
      await view.close(driver, context);
      const next = await openView(resource);
      await next.driver.get(`${site.url}/page`);
      await expect(driver.get(`${site.url}/who`)).rejects.toThrow('given back');
      expect(await next.driver.getTitle()).toBe('page');
      expect(lost).toHaveLength(1);
    });

    test('a script whose window somebody closes meanwhile is no script that returned nothing', async () => {
      const resource = await open();
      const { driver, lost } = await openView(resource);
      await driver.get(`${site.url}/page`);
      const { debuggerAddress } = (await driver.getCapabilities()).get('goog:chromeOptions');
      const handle = await driver.getWindowHandle();
      const script = driver.executeScript('return new Promise(() => document.title = "runs")');
      script.catch(() => undefined);
      await vi.waitFor(async () => {
        const pages = await (await fetch(`http://${debuggerAddress}/json`)).json();
        expect(pages).toContainEqual(expect.objectContaining({ id: handle, title: 'runs' }));
      }, soon);
      const closed = await fetch(`http://${debuggerAddress}/json/close/${handle}`);
      expect(closed.ok).toBe(true);
      const error: unknown = await script.then((value) => ({ value })).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: 'NoSuchWindowError' });
      expect(adapter.classify?.(error, resource)).toMatchObject({ category: 'page-lost' });
      expect(lost).toMatchObject([{ cause: 'closed' }]);
      // One that returns nothing in a window that stays is believed.
      const next = await openView(resource);
      expect(await next.driver.executeScript('void 0')).toBeNull();
    });

    test('a login in between has a window of its own, and windows that a window opens go with it', async () => {
      const resource = await open();
      const { driver } = await openView(resource);
      await driver.get(`${site.url}/gate`);
      expect(await adapter.inspect?.(driver, context)).toMatchObject({
        category: 'auth-expired',
        scope: 'auth',
      });
      expect(await adapter.auth?.check(resource, context)).toBe('expired');
      await adapter.auth?.login(resource, { ...context, reason: 'test' });
      expect(await adapter.auth?.check(resource, context)).toBe('ok');
      expect(await driver.getCurrentUrl()).toBe(`${site.url}/login`);
      await driver.executeScript(`window.open('${site.url}/page')`);
      await driver.switchTo().newWindow('tab');
      await vi.waitFor(async () => expect(await driver.getAllWindowHandles()).toHaveLength(4), soon);
      await view.close(driver, context);
      const next = await openView(resource);
      expect(await next.driver.getAllWindowHandles()).toHaveLength(2);
    });

    test('a look at the address leaves an open dialogue open', async () => {
      const resource = await open();
      const { driver } = await openView(resource);
      await driver.get(`${site.url}/page`);
      await driver.executeScript(`setTimeout(() => { document.title = confirm('sure?') ? 'yes' : 'no' })`);
      await vi.waitFor(async () => expect(await driver.switchTo().alert().getText()).toBe('sure?'), soon);
      expect(await adapter.inspect?.(driver, context)).toBeUndefined();
      await adapter.probe(resource, context);
      await driver.switchTo().alert().accept();
      expect(await driver.getTitle()).toBe('yes');
    });

    test('cookies and all storages are carried over to the next browser, without asking the site', async () => {
      const first = await open();
      const { driver } = await openView(first);
      await keep(driver);
      const written = await driver.executeScript(`return (${READ_BACK})`);
      expect(written).toBe('local session 3 1000 1,2,3');
      await view.close(driver, context);
      const taken = await adapter.snapshot?.(first, context);
      const snapshot = JSON.parse(JSON.stringify(taken)) as BrowserSnapshot;
      await adapter.close(first, { ...context, force: false });
      const askedBefore = site.asked.length;
      const second = await open(snapshot);
      const later = (await openView(second)).driver;
      expect(site.asked.length).toBe(askedBefore);
      await later.get(`${site.url}/who`);
      expect(await later.executeScript('return document.body.textContent')).toBe('for=ever; visit=1');
      expect(await later.executeScript(`return (${READ_BACK})`)).toBe(written);
      expect(await adapter.snapshot?.(second, context)).toEqual(taken);
    });

    test('a snapshot is taken although a window is in an endless loop', async () => {
      const resource = await open();
      const { driver } = await openView(resource);
      await keep(driver);
      const loop = driver.executeScript('for (;;) {}').catch(() => undefined);
      expect(await hangs(loop, 300)).toBe(true);
      const snapshot = await adapter.snapshot?.(resource, context);
      expect(snapshot?.cookies.map(({ name }) => name).sort()).toEqual(['for', 'visit']);
      await view.close(driver, context);
      await loop;
    });

    test('a program that is not there, or ends, is told with what it said', async () => {
      const missing = seleniumAdapter({ chromedriver: '/nowhere/chromedriver' });
      await expect(missing.open({ ...context, generation: 1, attempt: 1 })).rejects.toMatchObject({
        code: 'ERR_CHROMEDRIVER_START',
      });
      const ending = seleniumAdapter({ chromedriver: '/bin/false' });
      await expect(ending.open({ ...context, generation: 1, attempt: 1 })).rejects.toThrow('ended with 1');
      expect(classify(await failureOf(missing))).toMatchObject({ category: 'permanent', scope: 'none' });
      expect(classify(await failureOf(ending))).toMatchObject({ category: 'crash', scope: 'session' });
    });

    test('a chromedriver that met a port which is taken in the other version of IP is started again', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'hf-'));
      const program = join(folder, 'chromedriver');
      const unlucky = `touch ${folder}/met; echo 'IPv4 port not available. Exiting...'; exit 1`;
      const script = `#!/bin/sh\n[ -e ${folder}/met ] || { ${unlucky}; }\nexec ${CHROMEDRIVER} "$@"\n`;
      await writeFile(program, script, { mode: 0o700 });
      const again = seleniumAdapter({
        chromedriver: program,
        chrome: { binary: CHROMIUM, args: FLAGS },
      });
      const resource = await again.open({ ...context, generation: 1, attempt: 1 });
      expect(existsSync(join(folder, 'met'))).toBe(true);
      await again.close(resource, { ...context, force: true });
      await rm(folder, { recursive: true });
    });

    test('a browser that ends at its start is told with what it wrote', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'hf-'));
      const binary = join(folder, 'browser');
      await writeFile(binary, '#!/bin/sh\necho "libnothing.so is not there" >&2\nexit 127\n', {
        mode: 0o700,
      });
      const dying = seleniumAdapter({ chromedriver: CHROMEDRIVER, chrome: { binary } });
      const error = await failureOf(dying);
      expect((error as Error).message).toContain('libnothing.so is not there');
      expect(dying.classify?.(error, undefined)).toMatchObject({ category: 'crash', scope: 'session' });
      await rm(folder, { recursive: true });
    });
  },
);
