import { judge } from '../../classify/driver-rules.ts';
import type { DriverRule } from '../../classify/driver-rules.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { netErrorVerdict } from '../browser/net-error.ts';

const LOST_TARGET = ['TargetCloseError'];
/** Thrown before anything is sent. */
const LOST_CONNECTION = ['ConnectionClosedError'];
const NOT_SENT = /^(?:Attempted to use detached Frame|Tab target session is not defined\.)/;
const GONE =
  /^(?:Navigating frame was detached|Execution context was destroyed|Execution context is not available in detached frame|Session already detached|LifecycleWatcher (?:disposed|terminated)|waitForFunction failed: frame got detached|Waiting failed: Frame detached|Page closed|(?:Protocol error \([\w.]+\): )?Target closed)/;

/** Puppeteer's errors. `connected` decides between browser and page: `page.isClosed()` stays false after a kill. */
export const PUPPETEER_RULES: readonly DriverRule[] = [
  {
    what: 'The browser is gone; nothing was sent',
    classes: LOST_CONNECTION,
    connected: false,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'yes',
  },
  {
    what: 'The browser went during the call',
    classes: LOST_TARGET,
    connected: false,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The connection of the page is closed; nothing was sent',
    classes: LOST_CONNECTION,
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'yes',
  },
  {
    what: 'The page was closed during the call',
    classes: LOST_TARGET,
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The page or the browser did not answer within protocolTimeout',
    classes: ['ProtocolError'],
    message: /^[\w.]+ timed out\. Increase the 'protocolTimeout'/,
    category: 'timeout',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The address is none',
    classes: ['ProtocolError'],
    message: /: Cannot navigate to invalid URL$/,
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'An operation passed its own time limit',
    classes: ['TimeoutError'],
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    what: 'No connection to a browser, and the event does not say why',
    classes: ['ErrorEvent'],
    last: true,
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    what: 'The browser is gone; nothing was sent',
    connected: false,
    message: NOT_SENT,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'yes',
  },
  {
    what: 'The browser went during the call',
    connected: false,
    message: GONE,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The browser is gone, told as a crashed page',
    connected: false,
    message: /^Page crashed!/,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The page or frame is gone; nothing was sent',
    message: NOT_SENT,
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'yes',
  },
  {
    what: 'The page or frame went during the call',
    message: GONE,
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The page crashed',
    message: /^Page crashed!/,
    category: 'crash',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'There is no browser to start',
    message:
      /^(?:Browser was not found at the configured executablePath|Could not find Chrome|Failed to launch the browser process:\s+spawn .* (?:EACCES|ENOENT|ENOEXEC))/,
    category: 'permanent',
    scope: 'none',
    safeToReplay: 'no',
  },
  {
    what: 'The browser ended while it was being started, or its profile is in use',
    message: /^(?:Failed to launch the browser process|The browser is already running for )/,
    category: 'crash',
    scope: 'session',
    safeToReplay: 'yes',
  },
];

/** `net::ERR_*` begins the message of a navigation. */
function netError(line: string): Verdict | undefined {
  return line.startsWith('net::') ? netErrorVerdict(line) : undefined;
}

/**
 * The verdict on an error of Puppeteer; undefined when it is none of its own. `connected` is what
 * `browser.connected` says now: it tells a lost browser from a lost page. Never throws.
 */
export function classifyPuppeteer(
  error: unknown,
  { connected }: { readonly connected?: boolean | undefined } = {},
): Verdict | undefined {
  return judge(error, { rules: PUPPETEER_RULES, connected, readText: netError });
}
