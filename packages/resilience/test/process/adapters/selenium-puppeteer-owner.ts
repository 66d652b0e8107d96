import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { playwrightAdapter } from '../../../src/adapters/playwright/index.ts';
import { puppeteerAdapter } from '../../../src/adapters/puppeteer/index.ts';
import { seleniumAdapter } from '../../../src/adapters/selenium/index.ts';
import { processRecords } from '../../../src/session/index.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS } from './chromium.ts';

/** Opens a browser by the driver of the first argument, with records in the folder of the second, and stays. */
const [, , driver, folder = ''] = process.argv;
const processes = processRecords(folder);
const launch = { executablePath: CHROMIUM, args: [...FLAGS] };
const context = { signal: new AbortController().signal, generation: 1, attempt: 1 };
if (driver === 'playwright') {
  await playwrightAdapter({ browserType: chromium, launch, processes }).open(context);
} else if (driver === 'puppeteer') {
  await puppeteerAdapter({ puppeteer, launch, processes }).open(context);
} else {
  const chrome = { binary: CHROMIUM, args: FLAGS };
  await seleniumAdapter({ chromedriver: CHROMEDRIVER, chrome, processes }).open(context);
}
process.stdout.write('open\n');
setInterval(() => undefined, 60_000);
