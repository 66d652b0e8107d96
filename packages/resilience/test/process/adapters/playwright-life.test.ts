import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { playwrightAdapter, withoutResend } from '../../../src/adapters/playwright/index.ts';
import { calm, firstOpen, having, soon, until } from '../../../src/adapters/testing/bench-tools.ts';
import { isAlive } from '../../../src/process/index.ts';
import type { ProcessIdentity } from '../../../src/process/index.ts';
import { processRecords } from '../../../src/session/index.ts';
import { CHROMIUM, FLAGS, hasChromium } from './chromium.ts';
import { browserGround } from './testing/browser-ground.ts';
import type { BrowserGround } from './testing/browser-ground.ts';
import { freeze } from './testing/freeze.ts';

const launch = { executablePath: CHROMIUM, args: [...FLAGS] };

describe.skipIf(!covered('Chromium', hasChromium))('A browser of Playwright', () => {
  let ground: BrowserGround;
  beforeEach(async () => {
    ground = await browserGround();
  });
  afterEach(async () => await ground[Symbol.asyncDispose]());

  test('is known exactly although two are launched at once, recorded, and forgotten when it is closed', async () => {
    const records = processRecords(join(tmpdir(), 'records'));
    const adapter = playwrightAdapter({ browserType: chromium, launch, processes: records });
    const both = await Promise.all([adapter.open(firstOpen()), adapter.open(firstOpen())]);
    const pids = both.map(({ process: browser }) => browser?.pid);
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(undefined);
    const noted = (await records.list()).map((record) => record.process?.pid);
    expect(new Set(noted)).toEqual(new Set(pids));
    for (const each of both) await adapter.close(each, { ...calm(), force: true });
    expect(await records.list()).toEqual([]);
    expect(await ground.leftovers()).toEqual([expect.stringMatching(/records$/)]);
  });

  test('that hangs at its start is ended when nobody waits for it any more', async () => {
    const script = join(tmpdir(), 'hangs');
    await writeFile(script, '#!/bin/sh\nsleep 1000\n');
    await chmod(script, 0o700);
    const adapter = playwrightAdapter({ browserType: chromium, launch: { executablePath: script } });
    const abort = new AbortController();
    const opening = adapter.open({ ...firstOpen(), signal: abort.signal });
    const processes = async (): Promise<readonly string[]> =>
      (await ground.leftovers()).filter((each) => each.startsWith('process'));
    await until('the start hangs', async () => (await processes()).some((each) => each.includes('sleep')));
    abort.abort(new Error('given up'));
    await expect(soon('giving up', opening)).rejects.toThrow('given up');
    await until('nothing is left', async () => (await ground.leftovers()).join() === 'folder hangs');
  });

  test('does not lose the profile that a wrapper of the browser names besides', async () => {
    const own = join(tmpdir(), 'own profile');
    await mkdir(own);
    await writeFile(join(own, 'bookmarks'), 'dear');
    const script = join(tmpdir(), 'wrapper');
    await writeFile(script, `#!/bin/sh\nexec "${CHROMIUM}" "--user-data-dir=${own}" "$@"\n`);
    await chmod(script, 0o700);
    const records = processRecords(join(tmpdir(), 'records'));
    const adapter = playwrightAdapter({
      browserType: chromium,
      launch: { ...launch, executablePath: script },
      processes: records,
    });
    const resource = await adapter.open(firstOpen());
    expect((await records.list()).map(({ profile }) => profile)).not.toContain(own);
    await adapter.close(resource, { ...calm(), force: true });
    expect(await readFile(join(own, 'bookmarks'), 'utf8')).toBe('dear');
    expect([...(await ground.leftovers())].sort()).toEqual([
      'folder own profile',
      'folder records',
      'folder wrapper',
    ]);
  });

  test('that outlives its program is ended by the next one, with its folders', async () => {
    const folder = join(tmpdir(), 'records');
    await mkdir(folder);
    const script = join(import.meta.dirname, 'testing/hold-browser.ts');
    const holder = spawn(process.execPath, ['--conditions=@holdfast/source', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(holder.stdout), 'line')) as [string];
    const browser = JSON.parse(line) as ProcessIdentity;
    // One that stands does not hear that its program is gone.
    await using _frozen = await freeze(browser);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(isAlive(browser)).toBe(true);
    const report = await processRecords(folder).reap();
    expect(report.ended.map(({ pid }) => pid)).toContain(browser.pid);
    expect(report).toMatchObject({ left: [], profilesKept: [] });
    expect(report.profilesDeleted).toHaveLength(2);
    await until('nothing is left', async () => (await ground.leftovers()).join() === 'folder records');
  });

  test('sends a form twice by itself when a kept connection is reset, and once within withoutResend', async () => {
    const { portal } = ground;
    const adapter = having(playwrightAdapter({ browserType: chromium, launch }), 'view');
    const resource = await adapter.open(firstOpen());
    const page = await adapter.view.open(resource, calm());
    await logIn(page, portal.url);
    const sent = (mark: string): number =>
      portal.ledger.of('message').filter(({ reference }) => reference === mark).length;
    await resetNextMessage(portal.url);
    await send(page, portal.url, 'by the browser');
    expect(sent('by the browser')).toBe(2);
    await resetNextMessage(portal.url);
    const failed = withoutResend(page, async () => await send(page, portal.url, 'once'));
    await expect(soon('the failure', failed)).rejects.toThrow('net::ERR_CONNECTION_RESET');
    expect(sent('once')).toBe(1);
    await withoutResend(page, async () => await send(page, portal.url, 'undisturbed'));
    expect(page.url()).toBe(`${portal.url}/sent`);
    expect(sent('undisturbed')).toBe(1);
    expect(portal.ledger.of('fault')).toHaveLength(2);
    const closing = withoutResend(page, async () => {
      await page.close();
      throw new Error('what the work says');
    });
    await expect(soon('the work', closing)).rejects.toThrow('what the work says');
    await adapter.close(resource, { ...calm(), force: true });
  });
});

async function logIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`);
  await page.fill('[name=username]', 'demo');
  await page.fill('[name=password]', 'demo');
  await page.click('#login button');
  await page.waitForURL(`${url}/`);
}

async function send(page: Page, url: string, mark: string): Promise<void> {
  await page.goto(`${url}/compose?to=m1`);
  await page.fill('[name=body]', 'hello');
  await page.evaluate(`document.querySelector('[name=reference]').value = '${mark}'`);
  const gone = page.waitForNavigation();
  await Promise.all([
    gone,
    page.evaluate(`document.querySelector('form[action="/messages"]').requestSubmit()`),
  ]);
}

async function resetNextMessage(url: string): Promise<void> {
  const body = JSON.stringify({ match: 'POST /messages', kind: 'reset', when: 'after', times: 1 });
  const answer = await fetch(`${url}/control/faults`, { method: 'POST', body });
  expect(answer.status).toBe(201);
}
