import type { Driver } from './driver.ts';
import { playwright } from './playwright.ts';
import { puppeteer } from './puppeteer.ts';
import { selenium } from './selenium.ts';

/** The driver of a name. */
export function driverOf(name: Driver['name']): Driver {
  return { playwright, puppeteer, selenium }[name];
}
