import { seededRandom, type Random } from '@holdfast/resilience/clock';
import { faults, type Kind } from '@holdfast/upstream';
import { drawHappenings } from './happenings.ts';
import type { Scenario } from './history.ts';

const KINDS: readonly Kind[] = ['oai-pmh', 'arxiv', 'biorxiv'];
const DAY_MS = 86_400_000;
const AHEAD_DAYS = 4;
/**
 * Answers that leave rows out, or their names: told again and again, in every look alike, only an inventory of
 * another kind can find what they hide. They fire once.
 */
const LIES: ReadonlySet<string> = new Set([
  'stale-batch',
  'omitted-range',
  'duplicate-page',
  'shuffled-page',
  'same-token',
  'one-fewer-than-announced',
  'missing-id',
  'no-records-match-mid-list',
]);

/** What makes a history long. */
type Extent = Pick<Scenario, 'records' | 'days' | 'pageSize' | 'fromDays' | 'recordBytes' | 'callsPerLife'>;

/** One history of so many is a large one: what goes wrong shows in small ones as a rule, and many more of them fit. */
const LARGE_ONE_OF = 50;
/** Faults of small histories hit their first pages, of which they have few. */
const PAGES = { large: 4, small: 2 };

/** Draws one history's ingredients: each seed a different mixture, some of them quiet, most of them small. */
export function scenarioOf(seed: number): Scenario {
  const random = seededRandom(seed);
  const kind = pick(KINDS, random);
  const isLarge = random.next() < 1 / LARGE_ONE_OF;
  const crashes = random.next() < 0.5 ? 0 : 1 + whole(isLarge ? 4 : 2, random);
  return {
    seed,
    kind,
    ...(isLarge ? large(random) : small(random)),
    faults: drawFaults(kind, isLarge ? PAGES.large : PAGES.small, random),
    crashes,
    restamp: kind === 'biorxiv' || random.next() < 0.7 ? 0 : 1 + whole(2, random),
    clockSkewMs: random.next() < 0.8 ? 0 : pick([-DAY_MS, DAY_MS, 3 * DAY_MS], random),
    happenings: drawHappenings(isLarge ? 150 : 40, random),
  };
}

/** Many pages, and many windows that are empty. */
function large(random: Random): Extent {
  return {
    records: 20 + whole(60, random),
    days: 4 + whole(20, random),
    pageSize: 3 + whole(9, random),
    fromDays: 30,
    recordBytes: 300,
    callsPerLife: 10 + whole(150, random),
  };
}

/** A few pages of a few records each, in few windows. */
function small(random: Random): Extent {
  const days = 2 + whole(4, random);
  return {
    records: 3 + whole(8, random),
    days,
    pageSize: 2 + whole(3, random),
    // Counted by our clock, which may be days ahead of the upstream's.
    fromDays: days + AHEAD_DAYS + whole(2, random),
    recordBytes: 100,
    callsPerLife: 10 + whole(60, random),
  };
}

function drawFaults(kind: Kind, pages: number, random: Random): string[] {
  const names = faults.filter((fault) => fault.kinds.includes(kind)).map(({ name }) => name);
  const count = whole(6, random);
  return Array.from({ length: count }, () => {
    const lasting = random.next();
    const times = lasting < 0.7 ? '' : `x${String(lasting < 0.85 ? 2 + whole(3, random) : 12)}`;
    const name = drawName(names, random);
    const page = 1 + whole(pages, random);
    return `${name}@${String(page)}${LIES.has(name) ? '' : times}`;
  });
}

/** What a page is cut into until it is known which record cannot be had takes tens of times as long as anything else. */
function drawName(names: readonly string[], random: Random): string {
  const name = pick(names, random);
  return name.startsWith('poison-') && random.next() < 0.6 ? pick(names, random) : name;
}

function pick<T>(values: readonly T[], random: Random): T {
  const value = values[whole(values.length, random)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function whole(below: number, random: Random): number {
  return Math.floor(random.next() * below);
}
