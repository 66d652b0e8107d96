import { judge, linesOf } from '../../classify/driver-rules.ts';
import type { DriverRule } from '../../classify/driver-rules.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { netErrorVerdict } from '../browser/net-error.ts';

/** selenium-webdriver's errors: a class per W3C error, the base class for what has none. */
export const SELENIUM_RULES: readonly DriverRule[] = [
  {
    what: 'The browser is gone, or quit',
    classes: ['NoSuchSessionError'],
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The window is closed',
    classes: ['NoSuchWindowError'],
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'An operation passed its own time limit',
    classes: ['TimeoutError', 'ScriptTimeoutError'],
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    what: 'There is no browser to start, or driver and browser do not fit',
    classes: ['SessionNotCreatedError'],
    message: /no chrome binary|cannot find Chrome binary|This version of ChromeDriver only supports/,
    category: 'permanent',
    scope: 'none',
    safeToReplay: 'no',
  },
  {
    what: 'The browser ended while it was being started, or its profile is in use',
    classes: ['SessionNotCreatedError'],
    category: 'crash',
    scope: 'session',
    safeToReplay: 'yes',
  },
  {
    what: 'A certificate is not accepted',
    classes: ['InsecureCertificateError'],
    category: 'tls',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'The page is not as the call expects',
    classes: [
      'DetachedShadowRootError',
      'ElementClickInterceptedError',
      'ElementNotInteractableError',
      'ElementNotSelectableError',
      'InvalidArgumentError',
      'InvalidCookieDomainError',
      'InvalidElementStateError',
      'InvalidSelectorError',
      'JavascriptError',
      'NoSuchAlertError',
      'NoSuchElementError',
      'NoSuchFrameError',
      'NoSuchShadowRootError',
      'StaleElementReferenceError',
      'UnexpectedAlertOpenError',
    ],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'The page crashed',
    classes: ['WebDriverError'],
    message: /^(?:unknown error: )?(?:session deleted because of page crash|tab crashed)/,
    category: 'crash',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The browser does not answer its driver',
    classes: ['WebDriverError'],
    message: /^(?:unknown error: )?(?:chrome not reachable|disconnected:)/,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The driver server is dead; its browser may live on',
    message: /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED) /,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
];

/** chromedriver tells causes on lines of their own: `session not created`, `from unknown error: no chrome binary`. */
export function withCauseLines(error: unknown): string {
  const [first = '', ...rest] = linesOf(error);
  const end = rest.findIndex((line) => !line.startsWith('from '));
  return [first, ...rest.slice(0, end < 0 ? rest.length : end)].join(' ');
}

/** chromedriver passes Chromium's error on: `unknown error: net::ERR_…`. */
function netError(line: string): Verdict | undefined {
  return /^(?:unknown error: )?net::/.test(line) ? netErrorVerdict(line) : undefined;
}

/** The verdict on an error of selenium-webdriver; undefined when it is none of its own. Never throws. */
export function classifySelenium(error: unknown): Verdict | undefined {
  return judge(error, { rules: SELENIUM_RULES, readText: netError, textOf: withCauseLines });
}
