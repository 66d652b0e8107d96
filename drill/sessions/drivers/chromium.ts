/** Where the browser and its driver are; the environment wins. */
export const CHROMIUM: string = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
/** See `CHROMIUM`. */
export const CHROMEDRIVER: string = process.env['CHROMEDRIVER_PATH'] ?? '/usr/bin/chromedriver';

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
