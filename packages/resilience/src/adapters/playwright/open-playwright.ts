import type { Page } from 'playwright-core';
import type { Clock } from '../../clock/clock.ts';
import type { BrowserHome } from '../browser/browser-home.ts';
import type { BrowserCookie } from '../browser/browser-snapshot.ts';
import type { OriginBook } from '../browser/origin-book.ts';
import type { Popups } from '../browser/popups.ts';
import type { PlaywrightBrowser } from './playwright-options.ts';

/** What outlives the context of a browser: a browser that was reattached has a new context and the same of this. */
export interface BrowserLife {
  readonly home: BrowserHome;
  readonly book: OriginBook;
  /** As of the last snapshot. */
  cookies: readonly BrowserCookie[];
  /** The context whose resource owns the browser now: closing an older one does not end it. */
  context: unknown;
}

/** What the adapter itself keeps of a browser. */
export interface OpenPlaywright extends PlaywrightBrowser {
  readonly clock: Clock;
  readonly life: BrowserLife;
  /** Whether snapshots hold IndexedDB. */
  readonly indexedDb: boolean;
  /** The page that answers probes. */
  readonly pulse: { page: Promise<Page> | undefined };
  /** A page that is made ahead, for whoever wants one first: a login is checked as soon as a browser is there. */
  readonly spare: { page: Promise<Page> | undefined };
  /** Pages that have crashed: whatever they say since is not to be trusted. */
  readonly crashed: WeakSet<Page>;
  readonly popups: Popups<Page>;
  /** Pages of ours, which nobody works with. */
  readonly own: WeakSet<Page>;
}
