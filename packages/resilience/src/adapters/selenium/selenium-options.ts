import type { WebDriver } from 'selenium-webdriver';
import type { Clock } from '../../clock/clock.ts';
import type { ProcessRecords } from '../../session/processes/process-records.ts';
import type { BrowserAuth } from '../browser/browser-auth.ts';

/** What an adapter for Selenium is made of. */
export interface SeleniumAdapterOptions {
  /** Path of the program chromedriver; the adapter starts one for each browser. */
  readonly chromedriver: string;
  readonly chrome?: {
    /** Path of the browser; chromedriver looks for one by default. */
    readonly binary?: string;
    /** Arguments of the browser, without the profile, which is a fresh one for each. */
    readonly args?: readonly string[];
  };
  readonly auth?: BrowserAuth<WebDriver>;
  /** Where chromedriver and browser are noted, so that they are found when this program was killed. */
  readonly processes?: ProcessRecords;
  readonly clock?: Clock;
}
