import type { WebDriver } from 'selenium-webdriver';
import { withoutResend as withoutResendOn } from '../browser/without-resend.ts';
import type { PausedRequest } from '../browser/without-resend.ts';
import type { DevToolsObject } from './devtools.ts';
import { withTarget } from './targets.ts';
import { viewOf } from './views.ts';

/**
 * While `work` runs, what the window of a lease sends with an effect (POST and the like) to its own origin is sent
 * exactly once. A browser itself sends such a request again, without telling anybody, when a connection that it had
 * kept is reset before the answer; here it is sent for the page, and a reset fails it. Not for files, which are left to
 * the browser.
 * @throws TypeError when this WebDriver was not lent by a session.
 */
export async function withoutResend<T>(driver: WebDriver, work: () => Promise<T>): Promise<T> {
  const { open, target } = viewOf(driver);
  const { devtools } = open;
  return await withTarget(devtools, target, (sessionId) =>
    withoutResendOn(
      {
        send: (method, params) => devtools.send(method, params as DevToolsObject, sessionId),
        onPaused: (listener) =>
          devtools.on((event) => {
            if (event.sessionId !== sessionId || event.method !== 'Fetch.requestPaused') return;
            listener(event.params as unknown as PausedRequest);
          }),
      },
      work,
    ),
  );
}
