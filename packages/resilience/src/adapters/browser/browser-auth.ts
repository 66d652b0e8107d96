import type { Verdict } from '../../classify/verdict.ts';
import type { AdapterContext, AuthState } from '../../session/adapter.ts';

/** How to log in to a site by its pages. `P` is what the driver calls a page. */
export interface BrowserAuth<P> {
  /** Looks whether somebody is logged in: by a URL, a status or a cookie, on a page that is closed afterwards. */
  check(page: P, context: AdapterContext): Promise<AuthState>;
  /**
   * Logs in, on a page that is closed afterwards.
   * @throws NeedsHumanError when a person has to do something first.
   */
  login(page: P, context: AdapterContext & { readonly reason: string }): Promise<void>;
  /** Whether a page with this URL says that the login has expired. Looked at after every call; must be cheap. */
  expiredAt?(url: string): boolean;
}

/**
 * What `inspect` says of a page that shows this URL. `hasSent`: during the call the page may have sent something with
 * an effect, which a site can take before it asks for the login.
 */
export function loginVerdict(
  url: string,
  auth: Pick<BrowserAuth<never>, 'expiredAt'> | undefined,
  hasSent: boolean,
): Verdict | undefined {
  if (auth?.expiredAt?.(url) !== true) return undefined;
  const safeToReplay = hasSent ? 'unknown' : 'yes';
  return { category: 'auth-expired', scope: 'auth', safeToReplay, evidence: 'probe' };
}

/** What `inspect` says of a page that has crashed: whatever it answered since is not to be trusted. */
export const CRASHED_PAGE: Verdict = {
  category: 'page-lost',
  scope: 'page',
  safeToReplay: 'unknown',
  evidence: 'event',
};
