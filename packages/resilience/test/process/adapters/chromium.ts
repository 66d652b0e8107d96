import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Debian's; the environment wins. */
export const CHROMIUM: string = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
/** See `CHROMIUM`. */
export const CHROMEDRIVER: string = process.env['CHROMEDRIVER_PATH'] ?? '/usr/bin/chromedriver';

export const hasChromium: boolean = existsSync(CHROMIUM);
export const hasChromedriver: boolean = hasChromium && existsSync(CHROMEDRIVER);

/** A browser that asks nobody on the network and needs no sandbox, for root in a container. */
export const FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Processes that were told to use this profile. */
export function livingIn(profile: string): readonly number[] {
  return pids().filter((pid) => words(pid).includes(`--user-data-dir=${profile}`));
}

/** Renderers below a browser. */
export function renderersOf(browser: number): readonly number[] {
  return pids().filter(
    (pid) => read(`/proc/${pid}/cmdline`).includes('--type=renderer') && isBelow(pid, browser),
  );
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function words(pid: number): readonly string[] {
  return read(`/proc/${pid}/cmdline`).split('\0');
}

function isBelow(pid: number, ancestor: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
  return parent === ancestor || (parent > 1 && isBelow(parent, ancestor));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended between the listing and the look.
    return '';
  }
}
