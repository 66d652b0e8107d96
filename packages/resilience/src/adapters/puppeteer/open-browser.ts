import type { Browser, CookieData, Target } from 'puppeteer-core';
import { isAlive, identify } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { AdapterContext, OpenContext } from '../../session/adapter.ts';
import type { Clock } from '../../clock/clock.ts';
import { BrowserHome } from '../browser/browser-home.ts';
import type { BrowserCookie, BrowserSnapshot } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { OriginBook } from '../browser/origin-book.ts';
import { Popups } from '../browser/popups.ts';
import { BrowserExit } from './browser-exit.ts';
import type { OpenBrowser } from './puppeteer-browser.ts';
import type { PuppeteerAdapterOptions, PuppeteerModule } from './puppeteer-options.ts';
import { adoptPulse } from './pulse.ts';
import { restoreOrigins } from './storage.ts';

/** Longer than the deadlines of a session usually are, which come first; what was given up ends all the same. */
const PROTOCOL_TIMEOUT_MS = 300_000;

/** Launches a browser on a fresh profile and gives it back its state. What was begun in vain leaves nothing behind. */
export async function openBrowser(
  options: PuppeteerAdapterOptions & { readonly clock: Clock },
  { restore, signal }: OpenContext<BrowserSnapshot>,
): Promise<OpenBrowser> {
  signal.throwIfAborted();
  const { clock, processes } = options;
  const home = await BrowserHome.make({ kind: 'puppeteer', clock, processes });
  try {
    const browser = await orAbort(signal, launch(options, home), () => home.clear());
    const child = browser.process();
    const process = child?.pid === undefined ? null : identify(child.pid);
    if (process !== null) await home.started(process);
    const open: OpenBrowser = {
      browser,
      ...(process !== null && { process }),
      home,
      exit: new BrowserExit(child),
      book: new OriginBook(restore?.origins),
      pulse: { page: undefined },
      crashed: new WeakSet(),
      own: new WeakSet(),
      popups: new Popups(),
    };
    await orAbort(signal, settle(open, restore));
    return open;
  } catch (error) {
    await home.clear();
    throw error;
  }
}

async function launch(
  { puppeteer, launch: given }: PuppeteerAdapterOptions,
  home: BrowserHome,
): Promise<Browser> {
  return await puppeteer.launch({
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    protocolTimeout: PROTOCOL_TIMEOUT_MS,
    ...given,
    env: home.environment(given?.env),
    userDataDir: home.profile,
  });
}

async function settle(open: OpenBrowser, restore: BrowserSnapshot | undefined): Promise<void> {
  const [first] = await open.browser.pages();
  if (first !== undefined) adoptPulse(open, first);
  if (restore !== undefined) {
    if (restore.cookies.length > 0) await open.browser.setCookie(...restore.cookies.map(given));
    await restoreOrigins(open, restore.origins);
  }
  noteVisits(open);
}

/**
 * Connects again to a browser that lives while its socket is dead. Chromium takes a connection only under the id that
 * is part of the address; that it is the process that we started, it says itself. Undefined when it is gone.
 */
export async function reattachBrowser(
  {
    puppeteer,
    launch: given,
  }: { readonly puppeteer: PuppeteerModule; readonly launch?: PuppeteerAdapterOptions['launch'] },
  old: OpenBrowser,
  { signal }: AdapterContext,
): Promise<OpenBrowser | undefined> {
  const { process } = old;
  if (old.browser.connected || process === undefined || !isAlive(process)) return undefined;
  const connecting = puppeteer.connect({
    protocolTimeout: given?.protocolTimeout ?? PROTOCOL_TIMEOUT_MS,
    ...(given?.defaultViewport !== undefined && { defaultViewport: given.defaultViewport }),
    browserWSEndpoint: old.browser.wsEndpoint(),
  });
  const browser = await orAbort(signal, connecting, (late) => late.disconnect()).catch((error: unknown) => {
    // Nobody listens there, or somebody else: then it is not ours.
    if (signal.aborted) throw error;
    return undefined;
  });
  if (browser === undefined) return undefined;
  if (!(await orAbort(signal, isProcess(browser, process)))) {
    await browser.disconnect();
    return undefined;
  }
  const open = { ...old, browser, pulse: { page: undefined } };
  noteVisits(open);
  return open;
}

async function isProcess(browser: Browser, process: ProcessIdentity): Promise<boolean> {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.some(({ type, id }) => type === 'browser' && id === process.pid) && isAlive(process);
}

/** What pages show is where there may be storage to carry over. */
function noteVisits({ browser, book, own }: OpenBrowser): void {
  const note = (target: Target): void => {
    if (target.type() === 'page' && !own.has(target)) book.visit(target.url());
  };
  browser.on('targetcreated', note);
  browser.on('targetchanged', note);
  browser.on('targetdestroyed', note);
}

function given({ expires, ...cookie }: BrowserCookie): CookieData {
  return { ...cookie, ...(expires >= 0 && { expires }) };
}
