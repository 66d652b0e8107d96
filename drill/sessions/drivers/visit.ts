import { AuthExpiredError } from '@holdfast/resilience/session';
import type { Page } from './driver.ts';

/** Goes to an address; an answer of 401 is an expired login, however the page looks. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const status = await page.evaluate(`performance.getEntriesByType('navigation')[0]?.responseStatus`);
  if (status === 401) throw new AuthExpiredError();
}
