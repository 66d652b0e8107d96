import type { Clock } from '../../clock/clock.ts';
import type { AdapterContext } from '../../session/adapter.ts';
import type { BrowserCookie, BrowserSnapshot, OriginState } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { webOrigin } from '../browser/origins.ts';
import { captureScript, restoreScript } from '../browser/storage-script.ts';
import { toldInTime } from '../browser/told-in-time.ts';
import type { DevTools } from './devtools.ts';
import type { OpenBrowser } from './selenium-browser.ts';
import { closeTarget, evaluate, openTarget, pageTargets, withTarget } from './targets.ts';

const CAPTURE = captureScript({ indexedDB: true });

/** A cookie as DevTools tells it. */
interface DevToolsCookie extends Omit<BrowserCookie, 'sameSite'> {
  readonly session: boolean;
  readonly sameSite?: string;
}

/** Cookies and the storage of every origin that windows have shown. Asks the browser, so it waits for no command. */
export async function takeSnapshot(
  open: OpenBrowser,
  clock: Clock,
  context: AdapterContext,
): Promise<BrowserSnapshot> {
  const { devtools, own, book } = open;
  const { signal } = context;
  const pages = (await orAbort(signal, pageTargets(devtools))).filter(({ targetId }) => !own.has(targetId));
  const telling = pages.map(({ targetId, url }) => captureTarget(open, { targetId, url, clock }));
  await orAbort(signal, Promise.all(telling));
  await atOrigins(open, book.unread, context, async (sessionId) => {
    book.learnShared((await evaluate(devtools, sessionId, CAPTURE)) as OriginState);
  });
  const { cookies } = await orAbort(signal, devtools.send('Storage.getCookies'));
  return {
    cookies: (cookies as unknown as readonly DevToolsCookie[]).map(portable),
    origins: book.states,
  };
}

/** Reads the storage of what a window shows. One that cannot tell is passed over: its origin stays unread. */
export async function captureTarget(
  { devtools, book }: OpenBrowser,
  { targetId, url, clock }: { readonly targetId: string; readonly url: string; readonly clock: Clock },
): Promise<void> {
  if (webOrigin(url) === undefined) return;
  book.visit(url);
  try {
    await withTarget(devtools, targetId, async (sessionId) => {
      const ping = evaluate(devtools, sessionId, '1');
      const telling = evaluate(devtools, sessionId, CAPTURE);
      book.learn((await toldInTime(clock, ping, telling)) as OriginState);
    });
  } catch {
    // In a loop, crashed, closed, or on its way to another address.
  }
}

/** Writes back cookies and storage; sessionStorage is given to each new window by `sessionStorageScript`. */
export async function restoreSnapshot(
  open: OpenBrowser,
  { cookies, origins }: BrowserSnapshot,
  context: AdapterContext,
): Promise<void> {
  const { devtools } = open;
  const given = cookies.map(({ expires, ...cookie }) => ({ ...cookie, ...(expires >= 0 && { expires }) }));
  await orAbort(context.signal, devtools.send('Storage.setCookies', { cookies: given }));
  const kept = origins.filter(
    ({ localStorage, indexedDB = [] }) => Object.keys(localStorage).length > 0 || indexedDB.length > 0,
  );
  const states = new Map(kept.map((state) => [state.origin, state]));
  await atOrigins(open, [...states.keys()], context, async (sessionId, origin) => {
    const state = states.get(origin);
    if (state !== undefined) await evaluate(devtools, sessionId, restoreScript(state));
  });
}

/** Works in an empty document of each origin, without a request to anybody. */
async function atOrigins(
  { devtools, own }: OpenBrowser,
  origins: readonly string[],
  context: AdapterContext,
  work: (sessionId: string, origin: string) => Promise<void>,
): Promise<void> {
  if (origins.length === 0) return;
  const targetId = await openTarget(devtools, context);
  own.add(targetId);
  try {
    const visiting = withTarget(devtools, targetId, async (sessionId) => {
      using _answers = answerAll(devtools, sessionId);
      await devtools.send('Network.enable', {}, sessionId);
      await devtools.send('Network.setBypassServiceWorker', { bypass: true }, sessionId);
      await devtools.send('Fetch.enable', {}, sessionId);
      await devtools.send('Page.enable', {}, sessionId);
      for (const origin of origins) {
        await visit(devtools, sessionId, `${origin}/`);
        await work(sessionId, origin);
      }
    });
    await orAbort(context.signal, visiting);
  } finally {
    await closeTarget(devtools, targetId);
    own.delete(targetId);
  }
}

async function visit(devtools: DevTools, sessionId: string, url: string): Promise<void> {
  const loaded = Promise.withResolvers<void>();
  using _listener = devtools.on((event) => {
    if (event.sessionId === sessionId && event.method === 'Page.loadEventFired') loaded.resolve();
  });
  await devtools.send('Page.navigate', { url }, sessionId);
  await Promise.race([
    loaded.promise,
    devtools.closed.then(() => {
      throw new Error('The browser went while its storage was read.');
    }),
  ]);
}

/** Answers every request of a target with an empty page, so that none leaves the machine. */
function answerAll(devtools: DevTools, sessionId: string): Disposable {
  return devtools.on((event) => {
    if (event.sessionId !== sessionId || event.method !== 'Fetch.requestPaused') return;
    const answer = {
      requestId: event.params['requestId'] ?? '',
      responseCode: 200,
      responseHeaders: [{ name: 'content-type', value: 'text/html' }],
    };
    devtools.send('Fetch.fulfillRequest', answer, sessionId).catch(() => {
      // The target is being closed; nobody waits for this answer.
    });
  });
}

function portable({
  name,
  value,
  domain,
  path,
  expires,
  httpOnly,
  secure,
  sameSite,
  session,
}: DevToolsCookie): BrowserCookie {
  return {
    name,
    value,
    domain,
    path,
    expires: session ? -1 : expires,
    httpOnly,
    secure,
    // Chromium treats a cookie that says nothing as Lax.
    sameSite: sameSite === 'Strict' || sameSite === 'None' ? sameSite : 'Lax',
  };
}
