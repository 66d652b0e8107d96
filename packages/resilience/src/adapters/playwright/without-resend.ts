import type { Page, Route } from 'playwright-core';
import { isSafeMethod } from '../browser/safe-method.ts';

/**
 * While `work` runs, what a page sends with an effect (POST and the like) is sent exactly once. A browser itself sends
 * such a request again, without telling anybody, when a connection that it had kept is reset before the answer; here
 * Playwright sends it instead, and a reset fails the request. Not for uploads of files, which Playwright cannot see:
 * they are left to the browser. Meanwhile the page does not use its cache.
 */
export async function withoutResend<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const onRoute = async (route: Route): Promise<void> => {
    const request = route.request();
    const type = request.headers()['content-type'] ?? '';
    if (isSafeMethod(request.method()) || type.startsWith('multipart/')) return await route.fallback();
    await sendOnce(route);
  };
  await page.route('**/*', onRoute);
  try {
    return await work();
  } finally {
    // A page that is gone must not hide what became of the work.
    await page.unroute('**/*', onRoute).catch(() => undefined);
  }
}

async function sendOnce(route: Route): Promise<void> {
  try {
    const response = await route.fetch({ maxRedirects: 0, maxRetries: 0 });
    await route.fulfill({ response });
  } catch {
    // The page hears of it as a failed request, or is gone.
    await route.abort('connectionreset').catch(() => undefined);
  }
}
