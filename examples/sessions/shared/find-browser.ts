import { existsSync } from 'node:fs';
import { UsageError } from './flags.ts';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The Chromium to use: the one that was named, or the first that is there. @throws UsageError */
export function findBrowser(named: string | undefined): string {
  const wanted = named ?? process.env['CHROMIUM_PATH'];
  if (wanted !== undefined) {
    if (existsSync(wanted)) return wanted;
    throw new UsageError(`There is no browser at ${wanted}: name another with --browser or CHROMIUM_PATH.`);
  }
  const found = usualPlaces.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new UsageError(
    'No Chromium was found: install one, or give its path with --browser or CHROMIUM_PATH.',
  );
}
