import type { Random } from '@holdfast/resilience/clock';

/** Kinds of what happens in a year, and how often in 365 days. */
export const PER_YEAR = {
  'sleep-night': 220,
  pause: 60,
  'clock-step': 40,
  'clock-dst': 4,
  'clock-wrong': 14,
  crash: 160,
  'crash-at-call': 160,
  'crash-series': 50,
  'crash-burst': 20,
  hang: 40,
  'hang-at-start': 6,
  'engine-stopped': 40,
  leak: 24,
  'operator-restart': 24,
  'supervisor-stop': 12,
  'supervisor-kill': 24,
  update: 12,
  outage: 50,
  'server-errors': 30,
  throttle: 60,
  'page-fault': 150,
  offline: 40,
  'offline-untold': 10,
  'late-records': 24,
} as const;

/** A kind of fault. */
export type FaultName = keyof typeof PER_YEAR;

/** Something that happens at an instant, in ms of true time since the begin. */
export interface Planned {
  readonly at: number;
  readonly name: FaultName;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The first harvest gets two days of peace. */
const PEACE_DAYS = 2;

/** Draws what happens on the days between the first and the last: each kind at least once. */
export function drawFaults(days: number, random: Random): readonly Planned[] {
  return (Object.keys(PER_YEAR) as FaultName[])
    .flatMap((name) => {
      const count = Math.max(1, Math.round((PER_YEAR[name] * days) / 365));
      return Array.from({ length: count }, () => ({ name, at: instant(name, days, random) }));
    })
    .toSorted((one, other) => one.at - other.at);
}

function instant(name: FaultName, days: number, random: Random): number {
  const at = (PEACE_DAYS + random.next() * (days - PEACE_DAYS)) * DAY_MS;
  // Nights begin between 21 and 24 o'clock; the year begins at six.
  if (name === 'sleep-night') return Math.floor(at / DAY_MS) * DAY_MS + (15 + 3 * random.next()) * HOUR_MS;
  return at;
}
