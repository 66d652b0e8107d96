import type { Clock } from '../../clock/clock.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { BrowserHome } from '../browser/browser-home.ts';
import type { OriginBook } from '../browser/origin-book.ts';
import type { ChromedriverProcess } from './chromedriver-process.ts';
import type { DevTools } from './devtools.ts';
import type { Windows } from './windows.ts';

/** A browser that Selenium drives through a chromedriver of its own. */
export interface SeleniumBrowser {
  /** Where the chromedriver listens. */
  readonly url: string;
  /** Undefined where the system does not tell who it is. */
  readonly process?: ProcessIdentity;
  readonly driverProcess?: ProcessIdentity;
}

/** What the adapter itself keeps of it. */
export interface OpenBrowser extends SeleniumBrowser {
  readonly clock: Clock;
  readonly home: BrowserHome;
  readonly server: ChromedriverProcess;
  readonly windows: Windows;
  readonly devtools: DevTools;
  readonly book: OriginBook;
  /** The window that is nobody's and answers probes. */
  readonly pulse: { target: string | undefined };
  /** Targets of ours that do not belong to anybody's work. */
  readonly own: Set<string>;
  /** Ends the note about the chromedriver. */
  readonly forget: () => Promise<void>;
}
