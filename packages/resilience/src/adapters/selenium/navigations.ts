import type { Verdict } from '../../classify/verdict.ts';
import { ERROR_PAGE_CODE, errorPageName, errorPageVerdict } from '../browser/error-page.ts';
import type { DevTools } from './devtools.ts';
import { evaluate } from './targets.ts';

/**
 * Whether a window shows the browser's error page in place of what it was to load, which chromedriver does not tell of
 * all errors. Told by an event: asking the page would hang while it has a dialogue open.
 */
export interface Navigations {
  /** Begins to hear, through a session with the target of the window. */
  hear(sessionId: string): Promise<void>;
  /** The network error of the navigation that has just ended; whoever asks is told, once. */
  failure(): Promise<string | undefined>;
  /** What a call has left behind that nobody was told of. */
  verdict(): Promise<Verdict | undefined>;
}

/** `gone`: resolves when the window is, and nothing is heard any more. */
export function hearNavigations(devtools: DevTools, gone: Promise<void>): Navigations {
  let session: string | undefined;
  let isUntold = false;
  const hearing = devtools.on(({ method, params, sessionId }) => {
    if (method !== 'Page.frameNavigated' || sessionId === undefined || sessionId !== session) return;
    const { parentId, unreachableUrl } = params['frame'] as { parentId?: string; unreachableUrl?: string };
    if (parentId === undefined) isUntold = unreachableUrl !== undefined;
  });
  void gone.then(() => hearing[Symbol.dispose]());
  const codeShown = async (): Promise<unknown> => {
    if (session === undefined) return undefined;
    try {
      // The browser itself answers this, after the events that it has sent before.
      await devtools.send('Page.getNavigationHistory', {}, session);
      return isUntold ? await evaluate(devtools, session, ERROR_PAGE_CODE) : undefined;
    } catch {
      // The window has gone, which is told otherwise.
      return undefined;
    }
  };
  return {
    hear: async (sessionId) => {
      session = sessionId;
      await devtools.send('Page.enable', {}, sessionId);
    },
    failure: async () => {
      const code = await codeShown();
      isUntold = false;
      return errorPageName(code);
    },
    verdict: async () => {
      return errorPageVerdict(await codeShown());
    },
  };
}
