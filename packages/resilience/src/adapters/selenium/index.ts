export type { BrowserAuth } from '../browser/browser-auth.ts';
export type { BrowserCookie, BrowserSnapshot, OriginState } from '../browser/browser-snapshot.ts';
export { DriverServerError } from './driver-server-error.ts';
export { OneShotClient } from './one-shot-client.ts';
export type { CommandRequest } from './one-shot-client.ts';
export { seleniumAdapter } from './selenium-adapter.ts';
export type { SeleniumBrowser } from './selenium-browser.ts';
export type { SeleniumAdapterOptions } from './selenium-options.ts';
export { classifySelenium } from './selenium-rules.ts';
