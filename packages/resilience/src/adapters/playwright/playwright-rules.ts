import { judge } from '../../classify/driver-rules.ts';
import type { DriverRule } from '../../classify/driver-rules.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { netErrorVerdict } from '../browser/net-error.ts';

/** Playwright's errors. Only `TimeoutError` is exported; its messages begin with the method, as in `page.goto: `. */
export const PLAYWRIGHT_RULES: readonly DriverRule[] = [
  {
    what: 'The browser ended while it was being started',
    classes: ['TargetClosedError'],
    message: /^browserType\.launch\w*: /,
    category: 'crash',
    scope: 'session',
    safeToReplay: 'yes',
  },
  {
    what: 'The page had crashed',
    classes: ['TargetClosedError'],
    message: /^(?:[\w.$]+: )?Page crashed/,
    category: 'crash',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The browser is gone',
    classes: ['TargetClosedError'],
    connected: false,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The page or its context is closed',
    classes: ['TargetClosedError'],
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'An operation passed its own time limit',
    classes: ['TimeoutError'],
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    what: 'The browser is gone, told by text',
    connected: false,
    message: /^(?:[\w.$]+: )?(?:Target closed|Target page, context or browser has been closed)/,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The page or its context is closed, told by text',
    message: /^(?:[\w.$]+: )?(?:Target closed|Target page, context or browser has been closed)/,
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The page crashed',
    message: /^(?:[\w.$]+: )?(?:Target|Page) crashed/,
    category: 'crash',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The profile is in use by another browser',
    message: /^browserType\.launch\w*: Failed to create a ProcessSingleton/,
    category: 'crash',
    scope: 'session',
    safeToReplay: 'yes',
  },
  {
    what: 'There is no browser to start',
    message:
      /^browserType\.launch\w*: (?:.*[Ee]xecutable doesn't exist|Failed to launch: Error: spawn .* (?:EACCES|ENOENT|ENOEXEC))/,
    category: 'permanent',
    scope: 'none',
    safeToReplay: 'no',
  },
  {
    what: 'What was evaluated in is gone: the page went elsewhere',
    message: /^(?:[\w.$]+: )?(?:Execution context was destroyed|Frame was detached)/,
    category: 'page-lost',
    scope: 'page',
    safeToReplay: 'unknown',
  },
  {
    what: 'The error page of an earlier navigation came in between',
    message: /^(?:[\w.$]+: )?Navigation to ".*" is interrupted by another navigation to "chrome-error:/,
    category: 'network',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    what: 'Another navigation took over',
    message: /^(?:[\w.$]+: )?Navigation to ".*" is interrupted by another navigation to "/,
    category: 'cancelled',
    scope: 'none',
    safeToReplay: 'no',
  },
  {
    what: 'A download began instead',
    message: /^(?:[\w.$]+: )?Download is starting/,
    category: 'cancelled',
    scope: 'none',
    safeToReplay: 'no',
  },
  {
    what: 'The address is none',
    message: /^(?:[\w.$]+: )?Protocol error \(Page\.navigate\): Cannot navigate to invalid URL/,
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
];

/** `net::ERR_*` stands at the start of a message, behind the method. */
function netError(line: string): Verdict | undefined {
  return /^(?:[\w.$]+: )?net::/.test(line) ? netErrorVerdict(line) : undefined;
}

/**
 * The verdict on an error of Playwright; undefined when it is none of its own. `connected` is what
 * `browser.isConnected()` says now: it tells a lost browser from a lost page. Never throws.
 */
export function classifyPlaywright(
  error: unknown,
  { connected }: { readonly connected?: boolean | undefined } = {},
): Verdict | undefined {
  return judge(error, { rules: PLAYWRIGHT_RULES, connected, readText: netError });
}
