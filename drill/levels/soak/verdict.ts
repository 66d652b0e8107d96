import { check, type Check } from '../../fault.ts';
import { measures, type Measure, type Sample } from './sample.ts';
import { blocksOf, floor, median, slopeOf, type Centre, type Slope } from './slope.ts';

/** What must stay flat, in its unit, and by how much an hour it may rise. */
interface Bound {
  readonly measure: Measure;
  readonly what: string;
  readonly unit: string;
  /** How many of the measured unit are one of the shown. */
  readonly scale: number;
  readonly perHour: number;
  /** It wanders by so much without any trend: in a short time no smaller rise can be told from that. */
  readonly wanders: number;
  /** What stands for a block of its values; the median unless told. */
  readonly of?: Centre;
  /** So many connections to the store, each with a cache of its own, are part of it. */
  readonly caches?: number;
}

const MB = 1024 * 1024;

/**
 * Memory: a poll is asked every two seconds here and every six hours in life, so 2 MB an hour here, 0.4 kB for each
 * of 5,400 polls, would be 2 MB in a year. The heap is collected when V8 likes, and its young generation alone
 * takes 1 to 16 MB: 4 MB of wandering; of a supervisor it is 5 MB, collected when they have become 12: 8 MB. SQLite's
 * caches fill with a store that grows: memory is judged from the moment when they are full, and before that may rise by
 * what they may have taken. Heap and descriptors are judged by the lowest of each block: what is under way comes and
 * goes, and what is left of it stays. Descriptors are whole numbers: one an hour is one leak. The delay of the event
 * loop may not rise by 5 ms an hour, and the log of the store not by 4 MB, of which a checkpoint is made.
 */
export const bounds: readonly Bound[] = [
  {
    measure: 'engineRss',
    what: 'memory of the engine',
    unit: 'MB',
    scale: MB,
    perHour: 2,
    wanders: 4,
    caches: 2,
  },
  {
    measure: 'engineHeap',
    what: 'heap of the engine',
    unit: 'MB',
    scale: MB,
    perHour: 2,
    wanders: 4,
    of: floor,
  },
  {
    measure: 'serverRss',
    what: 'memory of the page server',
    unit: 'MB',
    scale: MB,
    perHour: 2,
    wanders: 4,
    caches: 1,
  },
  {
    measure: 'supervisorRss',
    what: 'memory of the supervisor',
    unit: 'MB',
    scale: MB,
    perHour: 1,
    wanders: 8,
  },
  {
    measure: 'engineFds',
    what: 'descriptors of the engine',
    unit: '',
    scale: 1,
    perHour: 1,
    wanders: 1,
    of: floor,
  },
  {
    measure: 'serverFds',
    what: 'descriptors of the page server',
    unit: '',
    scale: 1,
    perHour: 1,
    wanders: 1,
    of: floor,
  },
  {
    measure: 'supervisorFds',
    what: 'descriptors of the supervisor',
    unit: '',
    scale: 1,
    perHour: 1,
    wanders: 1,
    of: floor,
  },
  { measure: 'walBytes', what: 'log of the store', unit: 'MB', scale: MB, perHour: 4, wanders: 4 },
  { measure: 'loopDelayP99', what: 'event-loop delay p99', unit: 'ms', scale: 1e-3, perHour: 5, wanders: 5 },
];

/** The cache of one connection (`cache_size` of the store): with a store that grows it fills, and is full then. */
const CACHE = 64_000 * 1024;

/**
 * A store of this size has filled them: a connection holds what it has touched, which in a store that is just as large
 * as its cache is not yet all of it.
 */
const FILLS = 2 * CACHE;

/** With less time than this after the caches are full, the time before is needed too. */
const LEAST_FULL_MS = 1_800_000;

/** A trend of less than this time after the warm-up is none. */
const LEAST_HOURS = 7.5 / 60;

/** Bound on the log of the store: 1,000 pages of 4 kB start a checkpoint, a long reader may hold it for a while. */
const MOST_WAL = 64 * MB;

export interface SoakVerdict {
  readonly checks: readonly Check[];
  readonly doubts: readonly string[];
  readonly evidence: string;
}

/**
 * Flat: the whole interval is below the bound, or it never left a band as wide as it may rise. Growing: the whole
 * interval is above the bound, and the row is invalid. Between: it cannot be told, and the row is unknown. The bound of
 * a short soak is what can be told from wandering in its time. `from`: the end of the warm-up.
 */
export function judgeSoak(samples: readonly Sample[], from: number): SoakVerdict {
  const meant = samples.filter(({ at }) => at >= from);
  const hours = ((meant.at(-1)?.at ?? from) - from) / 3_600_000;
  const told = bounds.map((bound) => tell(bound, meant));
  const wal = Math.max(0, ...meant.map(({ walBytes }) => walBytes ?? 0));
  const silent = meant.filter((each) => measures.some((measure) => each[measure] === null)).length;
  return {
    checks: [
      ...told.flatMap(({ check: one }) => (one === null ? [] : [one])),
      check(
        'the log of the store stays bounded',
        wal <= MOST_WAL,
        `${(wal / MB).toFixed(1)} MB at most`,
        'I9',
      ),
      check(
        'all of it answered nearly always',
        silent <= Math.ceil(meant.length / 100),
        `${String(silent)} of ${String(meant.length)} samples are not whole`,
        'I9',
      ),
    ],
    doubts: told.flatMap(({ doubt }) => (doubt === null ? [] : [doubt])),
    evidence: [
      `${String(meant.length)} samples in ${(hours * 60).toFixed(0)} min`,
      ...told.map(({ text }) => text),
    ].join('; '),
  };
}

/** The values of one measure that are known. */
export function pointsOf(
  samples: readonly Sample[],
  measure: Measure,
): readonly { at: number; value: number }[] {
  return samples.flatMap((each) => {
    const value = each[measure];
    return value === null ? [] : [{ at: each.at, value }];
  });
}

/** What became of one measure: a check where there is an interval, a doubt where nothing can be told. */
interface Told {
  readonly check: Check | null;
  readonly doubt: string | null;
  readonly text: string;
}

function tell(bound: Bound, all: readonly Sample[]): Told {
  const { what, unit, scale, measure } = bound;
  const { from, filling } = cachesOf(bound, all);
  const samples = all.filter(({ at }) => at >= from);
  const hours = ((samples.at(-1)?.at ?? from) - from) / 3_600_000;
  const points = pointsOf(samples, measure);
  const blocks = blocksOf(points, bound.of).map(({ value }) => value / scale);
  if (hours < LEAST_HOURS || blocks.length === 0)
    return { check: null, doubt: `too short to tell a trend: ${what}`, text: `${what}: too short` };
  const most = Math.max(bound.perHour, bound.wanders / hours) + filling / scale / hours;
  const slope = slopeOf(points, bound.of);
  const level = `${what} ${shown(median(points.map(({ value }) => value)) / scale)} ${unit}`.trimEnd();
  // All medians within what it may rise in this time: flat, however much neighbours resemble each other.
  const within = Math.max(...blocks) - Math.min(...blocks) <= most * hours;
  const text = `${level} ${slope === null ? 'without an interval' : slopeText(slope, scale)}`;
  const [low, high] = slope === null ? [-Infinity, Infinity] : [slope.low / scale, slope.high / scale];
  return {
    check: check(`${what}: rises by at most ${shown(most)} ${unit}/h`, low <= most, text, 'I9'),
    doubt: low <= most && high > most && !within ? `it cannot be told whether it is flat: ${text}` : null,
    text,
  };
}

/** From when on a measure is judged, and how many bytes the caches that are part of it may take after that. */
function cachesOf({ caches = 0 }: Bound, all: readonly Sample[]): { from: number; filling: number } {
  const first = all[0]?.at ?? 0;
  const last = all.at(-1)?.at ?? first;
  if (caches === 0) return { from: first, filling: 0 };
  const full = all.find(({ storeBytes }) => storeBytes !== null && storeBytes >= FILLS)?.at ?? Infinity;
  if (last - full >= LEAST_FULL_MS) return { from: full, filling: 0 };
  const sizes = pointsOf(all, 'storeBytes').map(({ value }) => Math.min(CACHE, value));
  return { from: first, filling: caches * Math.max(0, (sizes.at(-1) ?? 0) - (sizes[0] ?? 0)) };
}

function slopeText({ perHour, low, high }: Slope, scale: number): string {
  const sign = perHour < 0 ? '' : '+';
  return `${sign}${shown(perHour / scale)}/h [${shown(low / scale)}, ${shown(high / scale)}]`;
}

function shown(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
