import { existsSync } from 'node:fs';
import type { DriverName } from './cells.ts';
import { CHROMEDRIVER, CHROMIUM } from './drivers/chromium.ts';

/** What this machine lacks for a driver; null when nothing. */
export function missing(driver: DriverName): string | null {
  if (process.platform !== 'linux') return 'Linux, whose /proc tells about processes';
  if (!existsSync(CHROMIUM)) return `Chromium at ${CHROMIUM} (CHROMIUM_PATH names another)`;
  if (driver === 'selenium' && !existsSync(CHROMEDRIVER)) {
    return `chromedriver at ${CHROMEDRIVER} (CHROMEDRIVER_PATH names another)`;
  }
  return null;
}
