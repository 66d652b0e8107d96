import type { Page, Route } from 'playwright-core';

/**
 * Sends the next POST to `path` through Playwright instead of the browser's network stack. Chromium by itself sends a
 * form a second time, and tells nobody, when a connection that it had used before is cut while it waits for the answer.
 */
export async function forwardOnce(page: Page, path: string): Promise<void> {
  await page.route((url) => url.pathname === path, forward, { times: 1 });
}

async function forward(route: Route): Promise<void> {
  try {
    await route.fulfill({ response: await route.fetch({ maxRedirects: 0, maxRetries: 0 }) });
  } catch {
    // The page shows the cut connection, and whoever pressed the button hears of it there. The page may be gone too.
    await route.abort('connectionreset').catch(() => undefined);
  }
}
