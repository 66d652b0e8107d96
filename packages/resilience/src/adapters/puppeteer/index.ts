export type { BrowserAuth } from '../browser/browser-auth.ts';
export type { BrowserCookie, BrowserSnapshot, OriginState } from '../browser/browser-snapshot.ts';
export { puppeteerAdapter } from './puppeteer-adapter.ts';
export type { PuppeteerBrowser } from './puppeteer-browser.ts';
export type { PuppeteerAdapterOptions, PuppeteerModule } from './puppeteer-options.ts';
export { classifyPuppeteer } from './puppeteer-rules.ts';
export { withoutResend } from './without-resend.ts';
