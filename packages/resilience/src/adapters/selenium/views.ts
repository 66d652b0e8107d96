import type { WebDriver } from 'selenium-webdriver';
import type { Clock } from '../../clock/clock.ts';
import type { AdapterContext } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import { orAbort } from '../browser/or-abort.ts';
import { within } from '../browser/within.ts';
import { sessionStorageScript } from '../browser/storage-script.ts';
import type { DevToolsObject } from './devtools.ts';
import type { OpenBrowser } from './selenium-browser.ts';
import { captureTarget } from './storage.ts';
import { attach, closeTarget, evaluate, openTarget, pageTargets, textOf, withTarget } from './targets.ts';
import type { TargetInfo } from './targets.ts';
import { hearNavigations } from './navigations.ts';
import type { Navigations } from './navigations.ts';
import type { Window } from './windows.ts';

/** How long a window may take to go. */
const CLOSING_MS = 300;

/** A window of one lease. */
export interface View extends Window {
  readonly open: OpenBrowser;
  /** The target of the window, which is also its handle. */
  readonly target: string;
  readonly navigations: Navigations;
  /** How the window was lost: chromedriver answers some calls to such a window as if nothing were wrong. */
  loss: LossReport | undefined;
  /** Resolves when the window is gone. */
  readonly gone: Promise<void>;
  readonly listeners: Set<(report: LossReport) => void>;
}

const views = new WeakMap<WebDriver, View>();

/** The window that a lease was given this WebDriver for. @throws TypeError when it was not. */
export function viewOf(driver: WebDriver): View {
  const view = views.get(driver);
  if (view === undefined) throw new TypeError('This WebDriver is not one that a session has lent.');
  return view;
}

/** Opens a window with the sessionStorage that was carried over. */
export async function openView(open: OpenBrowser, context: AdapterContext): Promise<View> {
  const { devtools, windows, book } = open;
  await orAbort(context.signal, windows.unstuck());
  const target = await openTarget(devtools, context);
  const gone = Promise.withResolvers<void>();
  const navigations = hearNavigations(devtools, gone.promise);
  const view: View = {
    ...windows.on(target, { failure: () => navigations.failure(), gone: () => isGone(view) }),
    open,
    target,
    navigations,
    loss: undefined,
    gone: gone.promise,
    listeners: new Set(),
  };
  views.set(view.driver, view);
  hear(view, () => gone.resolve());
  try {
    await orAbort(context.signal, prepare(view, sessionStorageScript(book.states)));
    // Makes it the current window.
    await orAbort(context.signal, view.driver.getWindowHandle());
    return view;
  } catch (error) {
    view.fence();
    void closeTarget(devtools, target);
    throw error;
  }
}

/**
 * Keeps what a window leaves in storage and closes it, with all that were opened from it; also one in an endless loop,
 * which ends the command that waits for it.
 */
export async function closeView(
  view: View,
  context: AdapterContext & { readonly clock: Clock },
): Promise<void> {
  const { devtools } = view.open;
  view.fence();
  if (devtools.isClosed) return;
  try {
    await closeWindows(view, context);
  } catch (error) {
    // What is left of a browser that has gone meanwhile has no windows.
    if (!devtools.isClosed || context.signal.aborted) throw error;
  }
}

async function closeWindows(
  view: View,
  { signal, clock }: AdapterContext & { readonly clock: Clock },
): Promise<void> {
  const { open, gone } = view;
  const { devtools } = open;
  const mine = openedFrom(view.handles, await orAbort(signal, pageTargets(devtools)));
  const first = mine.find(({ targetId }) => targetId === view.target);
  if (first !== undefined && view.loss === undefined) {
    // When it is given up, the windows are closed all the same.
    await orAbort(signal, captureTarget(open, { ...first, clock })).catch(() => undefined);
  }
  await orAbort(signal, Promise.all(mine.map(({ targetId }) => closeTarget(devtools, targetId))));
  if (first !== undefined) await orAbort(signal, Promise.race([gone, devtools.closed]));
}

/** The windows with these handles, those that were opened from them, and so on. */
function openedFrom(handles: readonly string[], all: readonly TargetInfo[]): readonly TargetInfo[] {
  const found = all.filter(
    ({ targetId, openerId }) => handles.includes(targetId) || handles.includes(openerId ?? ''),
  );
  const known = found.map(({ targetId }) => targetId);
  if (known.every((each) => handles.includes(each))) return found;
  return openedFrom([...new Set([...handles, ...known])], all);
}

/** Tells when a window has crashed or was closed by somebody else. */
export function watchView(view: View, lost: (report: LossReport) => void): Disposable {
  view.listeners.add(lost);
  if (view.loss !== undefined) lost(view.loss);
  return { [Symbol.dispose]: () => view.listeners.delete(lost) };
}

/** The address that a window shows, asked of the browser: a command of the driver would dismiss an open dialogue. */
export async function shownBy({ open, target }: View, { signal }: AdapterContext): Promise<string> {
  const { targetInfo } = await orAbort(
    signal,
    open.devtools.send('Target.getTargetInfo', { targetId: target }),
  );
  return textOf(targetInfo as DevToolsObject, 'url');
}

/** A window that is being closed is still there for a moment; the browser tells before it lets anybody reckon in it. */
async function isGone(view: View): Promise<boolean> {
  const { devtools, clock } = view.open;
  const there = withTarget(devtools, view.target, (session) => evaluate(devtools, session, '1')).catch(
    () => view.gone,
  );
  // An open dialogue lets nobody reckon either.
  await within({ clock, ms: CLOSING_MS }, Promise.race([there, view.gone])).catch(() => undefined);
  return view.loss !== undefined;
}

function hear(view: View, onGone: () => void): void {
  const tell = (report: LossReport): void => {
    view.loss ??= report;
    for (const listener of view.listeners) listener(report);
  };
  const hearing = view.open.devtools.on(({ method, params }) => {
    if (params['targetId'] !== view.target) return;
    if (method === 'Target.targetCrashed') {
      tell({ cause: 'crash', detail: `The tab crashed (${textOf(params, 'status')}).` });
    } else if (method === 'Target.targetDestroyed') {
      hearing[Symbol.dispose]();
      onGone();
      tell({ cause: 'closed', detail: 'The window was closed.' });
    }
  });
}

/** The session stays, since script and events go with it. */
async function prepare({ open, target, navigations }: View, source: string | undefined): Promise<void> {
  const { devtools } = open;
  const sessionId = await attach(devtools, target);
  await navigations.hear(sessionId);
  if (source === undefined) return;
  await devtools.send('Page.addScriptToEvaluateOnNewDocument', { source }, sessionId);
}

/** Works with a window of its own, which is closed afterwards. */
export async function inView<T>(
  open: OpenBrowser,
  context: AdapterContext & { readonly clock: Clock },
  work: (driver: WebDriver) => Promise<T>,
): Promise<T> {
  const view = await openView(open, context);
  try {
    return await orAbort(context.signal, work(view.driver));
  } finally {
    if (context.signal.aborted) {
      view.fence();
      void closeTarget(open.devtools, view.target);
    } else {
      await closeView(view, context);
    }
  }
}
