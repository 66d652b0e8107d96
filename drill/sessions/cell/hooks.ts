import type { Page } from '../drivers/driver.ts';

/** What the next check, login or snapshot does first; each at most once. */
export interface Hooks {
  check: ((page: Page) => Promise<void>) | null;
  login: ((page: Page) => Promise<void>) | null;
  snapshot: ((page: null) => Promise<void>) | null;
}
