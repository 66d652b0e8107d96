export type { BrowserAuth } from '../browser/browser-auth.ts';
export type {
  BrowserCookie,
  BrowserSnapshot,
  OriginState,
  StoredDatabase,
  StoredIndex,
  StoredObjects,
} from '../browser/browser-snapshot.ts';
export { playwrightAdapter } from './playwright-adapter.ts';
export type { PlaywrightAdapterOptions, PlaywrightBrowser } from './playwright-options.ts';
export { classifyPlaywright } from './playwright-rules.ts';
export { withoutResend } from './without-resend.ts';
