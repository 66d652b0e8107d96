import type { Browser } from 'playwright-core';
import type { Clock } from '../../clock/clock.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { AdapterContext, OpenContext } from '../../session/adapter.ts';
import type { Loss } from '../../session/loss.ts';
import { BrowserHome } from '../browser/browser-home.ts';
import type { BrowserSnapshot } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { OriginBook } from '../browser/origin-book.ts';
import { Popups } from '../browser/popups.ts';
import { within } from '../browser/within.ts';
import { browserProcess, profileOf, watchLaunch } from './browser-process.ts';
import type { BrowserLife, OpenPlaywright } from './open-playwright.ts';
import { trackPages } from './pages.ts';
import type { PlaywrightAdapterOptions } from './playwright-options.ts';
import { ownPage } from './pulse.ts';
import { restoreOrigins } from './storage.ts';

/** How long a browser that is not wanted may take to go by itself. */
const CLOSE_PATIENCE_MS = 2_000;

/** Only Linux shows the environment and the command line of a process. */
const SHOWS_LAUNCHES = process.platform === 'linux';

type Options = PlaywrightAdapterOptions & { readonly clock: Clock };

/** Starts a browser and gives it back its state. What was begun in vain leaves nothing behind. */
export async function openBrowser(
  options: Options,
  { restore, signal }: OpenContext<BrowserSnapshot>,
): Promise<OpenPlaywright> {
  signal.throwIfAborted();
  const { clock, processes } = options;
  const home = await BrowserHome.make({ kind: 'playwright', clock, processes });
  try {
    // One that is launched after all, although nobody waits for it any more, has to go as well.
    const browser = await orAbort(signal, launch(options, home), async (late) => {
      await endQuietly(late, clock);
      await home.clear();
    });
    try {
      const process = await orAbort(signal, settle(browser, home));
      const { cookies = [], origins = [] } = restore ?? {};
      const life: BrowserLife = { home, book: new OriginBook(origins), cookies, context: undefined };
      return await orAbort(signal, openContext(options, { browser, process, life }, restore));
    } catch (error) {
      await endQuietly(browser, clock);
      throw error;
    }
  } catch (error) {
    await home.clear();
    throw error;
  }
}

/**
 * Gives a browser whose context alone was closed a new one, with the state that was seen last. Undefined when it was
 * lost in any other way: Playwright cannot connect again to what it has launched.
 */
export async function reattachBrowser(
  options: Options,
  old: OpenPlaywright,
  { loss, signal }: AdapterContext & { readonly loss: Loss },
): Promise<OpenPlaywright | undefined> {
  const { browser, process, life } = old;
  if (loss.cause !== 'closed' || !browser.isConnected()) return undefined;
  const restore = { cookies: life.cookies, origins: life.book.states };
  return await orAbort(signal, openContext(options, { browser, process, life }, restore), (late) =>
    late.context.close(),
  );
}

/** Where the process is not known the driver has to end it; what does not answer is killed afterwards. */
async function endQuietly(browser: Browser, clock: Clock): Promise<void> {
  await within({ clock, ms: CLOSE_PATIENCE_MS }, browser.close()).catch(() => undefined);
}

async function launch(options: Options, home: BrowserHome): Promise<Browser> {
  const { browserType, clock, launch: given, processes } = options;
  const over = new AbortController();
  const { signal } = over;
  const watching =
    processes === undefined || !SHOWS_LAUNCHES
      ? undefined
      : watchLaunch(home.profile, { clock, signal }, (process) => note(process, home));
  watching?.catch(() => {
    // What cannot be noted now is tried again when the browser is there.
  });
  try {
    return await browserType.launch({
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      ...given,
      artifactsDir: home.profile,
      env: home.environment(given?.env),
    });
  } finally {
    over.abort();
    await watching?.catch(() => undefined);
  }
}

async function note(process: ProcessIdentity, home: BrowserHome): Promise<void> {
  await home.started(process);
  const profile = profileOf(process.pid);
  if (profile !== undefined) await home.uses(profile);
}

/** Learns who the browser is and where its profile lies, which Playwright chooses. */
async function settle(browser: Browser, home: BrowserHome): Promise<ProcessIdentity | undefined> {
  const process = await browserProcess(browser, home.profile);
  if (process !== undefined) await note(process, home);
  return process;
}

async function openContext(
  options: Options,
  of: {
    readonly browser: Browser;
    readonly process: ProcessIdentity | undefined;
    readonly life: BrowserLife;
  },
  restore: BrowserSnapshot | undefined,
): Promise<OpenPlaywright> {
  const { clock, indexedDb = true } = options;
  const { browser, process, life } = of;
  const { storageState, ...context } = options.context ?? {};
  const open: OpenPlaywright = {
    browser,
    context: await browser.newContext({
      ...context,
      ...(restore === undefined && storageState !== undefined && { storageState }),
    }),
    ...(process !== undefined && { process }),
    clock,
    life,
    indexedDb,
    pulse: { page: undefined },
    spare: { page: undefined },
    crashed: new WeakSet(),
    own: new WeakSet(),
    popups: new Popups(),
  };
  trackPages(open);
  // One page at first: a browser that has just begun takes longer for two at a time than for one after the other.
  const first = ownPage(open);
  if (restore !== undefined) {
    await open.context.addCookies([...restore.cookies]);
    if (restore.origins.length > 0) await restoreOrigins(await first, restore.origins);
  }
  // The login is checked before the first probe, which finds a page of its own by then.
  open.pulse.page = options.auth === undefined ? first : ownPage(open, first);
  if (options.auth !== undefined) open.spare.page = first;
  life.context = open.context;
  return open;
}
