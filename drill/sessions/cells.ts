import { Dice } from '../kill/random.ts';

/** What is done to a session. */
export const FAULTS = [
  'browser-killed',
  'renderer-killed',
  'driver-killed',
  'frozen',
  'endless-loop',
  'cookie-deleted',
  'status-401',
  'page-closed',
  'connection-reset',
  'black-hole',
] as const;
/** One of `FAULTS`. */
export type Fault = (typeof FAULTS)[number];

/** What the session is doing at that moment. */
export const PHASES = ['idle', 'navigation', 'evaluate', 'login', 'snapshot', 'recovery'] as const;
/** One of `PHASES`. */
export type Phase = (typeof PHASES)[number];

/** The drivers, by name. */
export const DRIVERS = ['playwright', 'puppeteer', 'selenium'] as const;
/** One of `DRIVERS`. */
export type DriverName = (typeof DRIVERS)[number];

/** One row of the drill. */
export interface Cell {
  readonly driver: DriverName;
  readonly fault: Fault;
  readonly phase: Phase;
}

/** All rows, also those that are `absent`. */
export function allCells(): Cell[] {
  return DRIVERS.flatMap((driver) =>
    FAULTS.flatMap((fault) => PHASES.map((phase) => ({ driver, fault, phase }))),
  );
}

/** A sample by seed: no fault twice before each is there once; phases and drivers by chance. */
export function sample(cells: readonly Cell[], size: number, seed: number): Cell[] {
  const dice = new Dice(seed);
  const shuffled = cells
    .map((cell) => ({ cell, place: dice.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ cell }) => cell);
  const first = shuffled.filter(
    (cell, place) => shuffled.findIndex(({ fault }) => fault === cell.fault) === place,
  );
  return [...first, ...shuffled.filter((cell) => !first.includes(cell))].slice(0, size);
}
