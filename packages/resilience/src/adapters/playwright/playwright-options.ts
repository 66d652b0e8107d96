import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  BrowserType,
  LaunchOptions,
  Page,
} from 'playwright-core';
import type { Clock } from '../../clock/clock.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { ProcessRecords } from '../../session/processes/process-records.ts';
import type { BrowserAuth } from '../browser/browser-auth.ts';

/** What an adapter for Playwright is made of. */
export interface PlaywrightAdapterOptions {
  /** Such as `chromium` of playwright-core, passed in so that the library does not choose its version. */
  readonly browserType: Pick<BrowserType, 'launch'>;
  /**
   * As for `browserType.launch`. Ctrl-C is left to the program (`handleSIGINT` and so on are false) unless it is set
   * here; artifacts go to a folder that is removed with the browser.
   */
  readonly launch?: Omit<LaunchOptions, 'artifactsDir'>;
  /** As for `browser.newContext`. A snapshot that is restored takes the place of its `storageState`. */
  readonly context?: BrowserContextOptions;
  readonly auth?: BrowserAuth<Page>;
  /** Where the browser is noted, so that it is found when this program was killed. */
  readonly processes?: ProcessRecords;
  /** Whether snapshots hold IndexedDB; default true. False where sites keep large databases. */
  readonly indexedDb?: boolean;
  readonly clock?: Clock;
}

/** A browser that Playwright drives, with the context that all leases share. */
export interface PlaywrightBrowser {
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Undefined where neither the browser nor the system tells who it is (Firefox and WebKit outside Linux). */
  readonly process?: ProcessIdentity;
}
