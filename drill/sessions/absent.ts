import type { Cell, DriverName, Fault } from './cells.ts';

interface Absent {
  readonly driver: DriverName;
  readonly fault: Fault;
  readonly why: string;
}

/** What cannot be played whatever the machine has, and why. Nothing else is ever left out. */
const ABSENT: readonly Absent[] = [
  {
    driver: 'playwright',
    fault: 'driver-killed',
    why: 'Playwright works within the program: there is no driver process',
  },
  {
    driver: 'puppeteer',
    fault: 'driver-killed',
    why: 'Puppeteer works within the program: there is no driver process',
  },
];

/** Why a row cannot exist; null when it can. */
export function absent({ driver, fault }: Cell): string | null {
  return ABSENT.find((each) => each.driver === driver && each.fault === fault)?.why ?? null;
}
