import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Builder } from 'selenium-webdriver';
import chrome from 'selenium-webdriver/chrome.js';
import type { DriverName } from '../../drill/sessions/cells.ts';
import { CHROMEDRIVER, CHROMIUM, FLAGS } from '../../drill/sessions/drivers/chromium.ts';

/** Opens a browser with one page and returns what closes it. */
type Launch = () => Promise<() => Promise<void>>;

const LAUNCHES: Readonly<Record<DriverName, Launch>> = {
  playwright: async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS] });
    await browser.newPage();
    return () => browser.close();
  },
  puppeteer: async () => {
    const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: [...FLAGS] });
    await browser.newPage();
    return () => browser.close();
  },
  selenium: async () => {
    const options = new chrome.Options();
    options.addArguments(...FLAGS);
    options.setChromeBinaryPath(CHROMIUM);
    const driver = await new Builder()
      .forBrowser('chrome')
      .setChromeOptions(options)
      .setChromeService(new chrome.ServiceBuilder(CHROMEDRIVER))
      .build();
    return () => driver.quit();
  },
};

/** How long a driver needs, by itself, from nothing to a page; each round in ms. */
export async function bareLaunch(name: DriverName, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const close = await LAUNCHES[name]();
    times.push(performance.now() - began);
    await close();
  }
  return times;
}
