import type { Browser, ConnectOptions, LaunchOptions, Page } from 'puppeteer-core';
import type { Clock } from '../../clock/clock.ts';
import type { ProcessRecords } from '../../session/processes/process-records.ts';
import type { BrowserAuth } from '../browser/browser-auth.ts';

/** The part of the module `puppeteer` or `puppeteer-core` that is used. */
export interface PuppeteerModule {
  launch(options?: LaunchOptions): Promise<Browser>;
  connect(options: ConnectOptions): Promise<Browser>;
}

/** What an adapter for Puppeteer is made of. */
export interface PuppeteerAdapterOptions {
  /** The module, passed in so that the library does not choose its version. */
  readonly puppeteer: PuppeteerModule;
  /**
   * As for `puppeteer.launch`, without the profile, which is a fresh one for each browser. Ctrl-C is left to the
   * program (`handleSIGINT` and so on are false), and `protocolTimeout` is 5 min, unless they are set here: the
   * session's own deadlines come first.
   */
  readonly launch?: Omit<LaunchOptions, 'userDataDir' | 'signal' | 'pipe'>;
  readonly auth?: BrowserAuth<Page>;
  /** Where the browser is noted, so that it is found when this program was killed. */
  readonly processes?: ProcessRecords;
  readonly clock?: Clock;
}
