import { AuthExpiredError, NeedsHumanError } from '@holdfast/resilience/session';
import type { AdapterContext, AuthState } from '@holdfast/resilience/session';
import type { DriveOptions, Page } from './driver.ts';
import { visit } from './visit.ts';

/** Logs in to the portal through whichever driver, and tells whether it has to. */
export interface PortalLogin {
  check(page: Page, context: AdapterContext): Promise<AuthState>;
  login(page: Page, context: AdapterContext): Promise<void>;
  /** Whether an address is that of the login page. */
  readonly expiredAt: (url: string) => boolean;
}

/** The portal's login, told of its beginning so that a fault can strike in between. */
export function portalLogin({ portal, onLogin, onCheck }: DriveOptions): PortalLogin {
  const expiredAt = (url: string): boolean => url.startsWith(`${portal}/login`);
  return {
    expiredAt,
    check: async (page) => {
      await onCheck?.(page);
      try {
        await visit(page, `${portal}/`);
      } catch (error) {
        if (error instanceof AuthExpiredError) return 'expired';
        throw error;
      }
      return expiredAt(await page.url()) ? 'expired' : 'ok';
    },
    login: async (page) => {
      await page.goto(`${portal}/login`);
      await onLogin?.(page);
      await page.submit({ username: 'demo', password: 'demo' });
      const asked = await page.texts('#captcha');
      if (asked.length > 0) {
        throw new NeedsHumanError({ kind: 'captcha', message: 'Solve the captcha.', url: `${portal}/login` });
      }
      if (expiredAt(await page.url())) throw new AuthExpiredError('The portal did not accept the login.');
    },
  };
}
