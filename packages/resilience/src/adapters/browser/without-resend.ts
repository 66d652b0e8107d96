import type { IncomingAnswer } from './send-once.ts';
import { sendOnce } from './send-once.ts';
import { isSafeMethod } from './safe-method.ts';

/** A page by the DevTools protocol. */
export interface DevToolsPage {
  send(method: string, params: object): Promise<unknown>;
  /** Hears of the requests that `Fetch.enable` holds back. */
  onPaused(listener: (request: PausedRequest) => void): Disposable;
}

/** The parts of `Fetch.requestPaused` that are used. */
export interface PausedRequest {
  readonly requestId: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly hasPostData?: boolean;
    readonly postDataEntries?: readonly { readonly bytes?: string }[];
  };
}

/**
 * While `work` runs, what a page sends with an effect (POST and the like) to its own origin is sent exactly once. A
 * browser itself sends such a request again, without telling anybody, when a connection that it had kept is reset
 * before the answer; here it is sent for the page, with the page's cookies, and a reset fails it. What goes to other
 * origins, and files, whose content the protocol does not show, are left to the browser.
 */
export async function withoutResend<T>(page: DevToolsPage, work: () => Promise<T>): Promise<T> {
  using _listener = page.onPaused((paused) => {
    answer(page, paused).catch(() => {
      // The page was closed or goes elsewhere: nobody waits for this request any more.
    });
  });
  await page.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] });
  try {
    return await work();
  } finally {
    await page.send('Fetch.disable', {}).catch(() => undefined);
  }
}

async function answer(page: DevToolsPage, { requestId, request }: PausedRequest): Promise<void> {
  const body = bodyOf(request);
  if (isSafeMethod(request.method) || !isWithinOrigin(request) || body === undefined) {
    await page.send('Fetch.continueRequest', { requestId });
    return;
  }
  const { url, method, headers } = request;
  const cookie = await cookiesFor(page, url);
  let incoming: IncomingAnswer;
  try {
    incoming = await sendOnce({
      url,
      method,
      body,
      headers: { ...headers, ...(cookie !== '' && { cookie }) },
    });
  } catch {
    await page.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' });
    return;
  }
  await page.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: incoming.status,
    responseHeaders: incoming.headers,
    body: incoming.body.toString('base64'),
  });
}

/** Undefined when a part of it is a file. */
function bodyOf({ hasPostData = false, postDataEntries = [] }: PausedRequest['request']): Buffer | undefined {
  if (!hasPostData) return Buffer.alloc(0);
  const parts = postDataEntries.flatMap(({ bytes }) => bytes ?? []);
  if (parts.length === 0 || parts.length !== postDataEntries.length) return undefined;
  return Buffer.concat(parts.map((bytes) => Buffer.from(bytes, 'base64')));
}

/** Cookies that are kept from other sites' requests are not ours to send for them. */
function isWithinOrigin({ url, headers }: PausedRequest['request']): boolean {
  const origin = Object.entries(headers).find(([name]) => name.toLowerCase() === 'origin')?.[1];
  return origin !== undefined && URL.canParse(url) && new URL(url).origin === origin;
}

async function cookiesFor(page: DevToolsPage, url: string): Promise<string> {
  const { cookies } = (await page.send('Network.getCookies', { urls: [url] })) as {
    readonly cookies: readonly { readonly name: string; readonly value: string }[];
  };
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}
