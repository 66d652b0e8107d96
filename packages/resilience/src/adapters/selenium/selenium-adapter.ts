import type { WebDriver } from 'selenium-webdriver';
import { systemClock } from '../../clock/system-clock.ts';
import type { Clock } from '../../clock/clock.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { AdapterContext, SessionAdapter, SessionView } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { CRASHED_PAGE, loginVerdict } from '../browser/browser-auth.ts';
import type { BrowserSnapshot } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { treeRss } from '../browser/process-table.ts';
import { openBrowser } from './open-browser.ts';
import { feelPulse } from './pulse.ts';
import type { OpenBrowser, SeleniumBrowser } from './selenium-browser.ts';
import type { SeleniumAdapterOptions } from './selenium-options.ts';
import { classifySelenium } from './selenium-rules.ts';
import { takeSnapshot } from './storage.ts';
import { closeView, inView, openView, shownBy, viewOf, watchView } from './views.ts';

/** How long after its connection a browser process may end so that both are told as one. */
const EXIT_GRACE_MS = 50;

/**
 * A browser driven by Selenium, one lease at a time, with a chromedriver of its own. Each lease has a window, and a
 * WebDriver that works on that window alone and sends each command once. What Selenium does not tell (a browser that
 * ends, a tab that crashes) is heard from the browser itself. Cookies and storages are carried over.
 */
export function seleniumAdapter(
  options: SeleniumAdapterOptions,
): SessionAdapter<SeleniumBrowser, BrowserSnapshot, WebDriver> {
  const { auth, clock = systemClock } = options;
  return {
    kind: 'selenium',
    maxLeases: 1,
    open: (context) => openBrowser({ ...options, clock }, context),
    close: (resource, context) => closeBrowser(opened(resource), context),
    watch: (resource, lost) => watchBrowser(opened(resource), clock, lost),
    probe: (resource, context) => feelPulse(opened(resource), context),
    usage: async ({ process }) => (process === undefined ? {} : { rssBytes: treeRss(process.pid) }),
    snapshot: (resource, context) => takeSnapshot(opened(resource), clock, context),
    ...(auth !== undefined && {
      auth: {
        check: (resource, context) =>
          inView(opened(resource), { ...context, clock }, (driver) => auth.check(driver, context)),
        login: (resource, context) =>
          inView(opened(resource), { ...context, clock }, (driver) => auth.login(driver, context)),
      },
    }),
    view: windowsOf(clock),
    inspect: async (driver, context): Promise<Verdict | undefined> => {
      const view = viewOf(driver);
      if (view.loss !== undefined) return CRASHED_PAGE;
      // WebDriver does not tell what a page has sent.
      const login = loginVerdict(await shownBy(view, context), auth, true);
      return login ?? (await orAbort(context.signal, view.navigations.verdict()));
    },
    classify: classifySelenium,
  };
}

/** What this adapter opened is what it is given back. */
function opened(resource: SeleniumBrowser): OpenBrowser {
  return resource as OpenBrowser;
}

function windowsOf(clock: Clock): SessionView<SeleniumBrowser, WebDriver> {
  return {
    open: async (resource, context) => (await openView(opened(resource), context)).driver,
    watch: (driver, lost) => watchView(viewOf(driver), lost),
    close: (driver, context) => closeView(viewOf(driver), { ...context, clock }),
  };
}

async function closeBrowser(
  { devtools, server, home, forget }: OpenBrowser,
  { force, signal }: AdapterContext & { readonly force: boolean },
): Promise<void> {
  try {
    if (!force && !devtools.isClosed) {
      await orAbort(signal, Promise.race([devtools.send('Browser.close'), devtools.closed]));
      await home.vacated(signal);
    }
  } finally {
    devtools.close();
    server.kill();
    await home.clear();
    await server.ended;
    await forget();
  }
}

/** Selenium tells neither that its chromedriver nor that its browser has ended. */
function watchBrowser(
  { devtools, server, process }: OpenBrowser,
  clock: Clock,
  lost: (report: LossReport) => void,
): Disposable {
  let watching = true;
  const tell = (report: LossReport): void => {
    if (watching) lost(report);
  };
  void server.ended.then(({ exitCode, exitSignal, stderr }) =>
    tell({
      cause: 'process-exit',
      detail: `chromedriver ended. ${stderr}`.trim(),
      ...(exitCode !== null && { exitCode }),
      ...(exitSignal !== null && { exitSignal }),
    }),
  );
  void devtools.closed.then(() => {
    const look = (): void => {
      const lives = process !== undefined && isAlive(process);
      const detail = lives ? 'The connection to the browser is closed.' : 'The browser process ended.';
      tell({ cause: lives ? 'disconnected' : 'process-exit', detail });
    };
    clock.timer(EXIT_GRACE_MS, look, { unref: true });
  });
  return {
    [Symbol.dispose]: () => {
      watching = false;
    },
  };
}
