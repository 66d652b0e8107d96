import type { CDPSession, Page } from 'puppeteer-core';
import { withoutResend as withoutResendOn } from '../browser/without-resend.ts';
import type { PausedRequest } from '../browser/without-resend.ts';

/**
 * While `work` runs, what a page sends with an effect (POST and the like) to its own origin is sent exactly once. A
 * browser itself sends such a request again, without telling anybody, when a connection that it had kept is reset
 * before the answer; here it is sent for the page, and a reset fails it. Not for files, which are left to the browser.
 */
export async function withoutResend<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const session = await page.createCDPSession();
  try {
    return await withoutResendOn(
      {
        send: (method, params) => session.send(method as never, params as never),
        onPaused: (listener) => onPaused(session, listener),
      },
      work,
    );
  } finally {
    await session.detach().catch(() => undefined);
  }
}

function onPaused(session: CDPSession, listener: (request: PausedRequest) => void): Disposable {
  session.on('Fetch.requestPaused', listener);
  return { [Symbol.dispose]: () => session.off('Fetch.requestPaused', listener) };
}
