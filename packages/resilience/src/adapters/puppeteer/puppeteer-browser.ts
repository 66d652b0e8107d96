import type { Browser, Page } from 'puppeteer-core';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { BrowserHome } from '../browser/browser-home.ts';
import type { OriginBook } from '../browser/origin-book.ts';
import type { Popups } from '../browser/popups.ts';
import type { BrowserExit } from './browser-exit.ts';

/** A browser that Puppeteer drives. */
export interface PuppeteerBrowser {
  readonly browser: Browser;
  /** Undefined where the system does not tell who it is. */
  readonly process?: ProcessIdentity;
}

/** What the adapter itself keeps of it. A reattached browser has a new `browser`, the rest is the same. */
export interface OpenBrowser extends PuppeteerBrowser {
  readonly home: BrowserHome;
  readonly exit: BrowserExit;
  readonly book: OriginBook;
  /** The page that answers probes. */
  readonly pulse: { page: Page | undefined };
  /** Pages that have crashed: whatever they say since is not to be trusted. */
  readonly crashed: WeakSet<Page>;
  readonly popups: Popups<Page>;
  /** Pages of ours that do not belong to anybody's work. */
  readonly own: WeakSet<object>;
}
