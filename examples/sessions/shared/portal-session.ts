import { playwrightAdapter } from '@holdfast/resilience/adapters/playwright';
import {
  memorySnapshots,
  NeedsHumanError,
  processRecords,
  superviseSession,
} from '@holdfast/resilience/session';
import type { OnSessionEvent, SupervisedSession } from '@holdfast/resilience/session';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { goTo } from './open-page.ts';

/** What a session with the portal is made of. */
export interface PortalSessionOptions {
  readonly url: string;
  readonly browser: string;
  /** A folder that tells the next start which browser this one left behind, should it be killed. */
  readonly records: string;
  readonly onEvent: OnSessionEvent;
}

/** One browser that is logged in to the portal, and replaced with its login when it is lost. */
export async function portalSession(options: PortalSessionOptions): Promise<SupervisedSession<Page>> {
  const processes = processRecords(options.records);
  await processes.reap();
  const adapter = playwrightAdapter({
    browserType: chromium,
    launch: { executablePath: options.browser, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] },
    context: { baseURL: options.url },
    auth: { check, login, expiredAt: isLogin },
    processes,
  });
  return superviseSession(adapter, {
    name: 'portal',
    callDeadline: '20s',
    // About two minutes for a portal that is down.
    recover: { attempts: 10, budget: { max: 20, per: '10m' } },
    snapshot: { store: memorySnapshots() },
    onEvent: options.onEvent,
  });
}

async function check(page: Page): Promise<'expired' | { expiresAt: number }> {
  await goTo(page, '/');
  const expiresAt = await page.getAttribute('body', 'data-expires-at');
  return expiresAt === null ? 'expired' : { expiresAt: Number(expiresAt) };
}

async function login(page: Page): Promise<void> {
  await goTo(page, '/login');
  await page.fill('[name=username]', process.env['PORTAL_USER'] ?? 'demo');
  await page.fill('[name=password]', process.env['PORTAL_PASSWORD'] ?? 'demo');
  await page.click('#login button');
  await page.locator('.logout, #captcha, .error').first().waitFor();
  if ((await page.locator('#captcha').count()) > 0) {
    throw new NeedsHumanError({
      kind: 'captcha',
      message: 'The portal wants to know whether a person is there.',
      url: page.url(),
    });
  }
  const error = page.locator('.error');
  if ((await error.count()) > 0) throw new Error(`The portal refused the login: ${await error.innerText()}`);
}

function isLogin(url: string): boolean {
  return URL.parse(url)?.pathname === '/login';
}
