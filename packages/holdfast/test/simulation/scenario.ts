import { seededRandom, type Random } from '@holdfast/resilience/clock';
import { faults, type FaultDefinition, type Kind } from '@holdfast/upstream';
import { drawHappenings } from './happenings.ts';
import type { Scenario } from './history.ts';

const KINDS: readonly Kind[] = ['oai-pmh', 'arxiv', 'biorxiv'];
const DAY_MS = 86_400_000;
/** What a fault needs so that it can fire: lists of several pages. */
const SEVERAL_PAGES: ReadonlySet<string> = new Set(['continuation', 'next-token', 'middle', 'two-tokens']);
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
const LARGE_ONE_OF = 100;
/** Faults of small histories hit their first pages, of which they have few. */
const PAGES = { large: 4, small: 2 };

/** Draws one history's ingredients: each seed a different mixture, some of them quiet, most of them small. */
export function scenarioOf(seed: number): Scenario {
  const random = seededRandom(seed);
  const kind = pick(KINDS, random);
  const isLarge = random.next() < 1 / LARGE_ONE_OF;
  const armed = drawFaults(kind, isLarge ? PAGES.large : PAGES.small, random);
  const crashes = random.next() < 0.5 ? 0 : 1 + whole(isLarge ? 4 : 2, random);
  const clockSkewMs = random.next() < 0.8 ? 0 : pick([-DAY_MS, DAY_MS, 3 * DAY_MS], random);
  const extent = isLarge ? large(random) : armed.some(needsPages) ? paged(random) : small(random);
  return {
    seed,
    kind,
    ...extent,
    // Counted by our clock, which may be days ahead of the upstream's.
    fromDays: extent.fromDays + Math.max(0, clockSkewMs / DAY_MS),
    faults: armed.map(({ text }) => text),
    crashes,
    restamp: kind === 'biorxiv' || random.next() < 0.7 ? 0 : 1 + whole(2, random),
    // Where nothing has appeared in a journal each of the windows that say so is asked for six times.
    journals: kind === 'biorxiv' && random.next() < 0.85 ? 1 + whole(2, random) : 0,
    clockSkewMs,
    happenings: drawHappenings(isLarge ? 150 : 25, random),
  };
}

/** Many pages, and many windows that are empty. */
function large(random: Random): Extent {
  return {
    records: 20 + whole(40, random),
    days: 4 + whole(12, random),
    pageSize: 3 + whole(9, random),
    fromDays: 30,
    recordBytes: 300,
    callsPerLife: 10 + whole(150, random),
  };
}

/** A few pages of a few records each, in few windows. */
function small(random: Random): Extent {
  const days = 1 + whole(2, random);
  return {
    records: 3 + whole(4, random),
    days,
    pageSize: 2 + whole(3, random),
    fromDays: days + 1,
    recordBytes: 100,
    callsPerLife: 10 + whole(40, random),
  };
}

/** One list of at least four pages: some faults need the tokens of two pages and one more to come. */
function paged(random: Random): Extent {
  return {
    records: 7 + whole(2, random),
    days: 1,
    pageSize: 2,
    fromDays: 2,
    recordBytes: 100,
    callsPerLife: 10 + whole(40, random),
  };
}

/** A fault, and how it is armed. */
interface Armed {
  readonly definition: FaultDefinition;
  readonly text: string;
}

function needsPages({ definition }: Armed): boolean {
  return SEVERAL_PAGES.has(definition.needs);
}

function drawFaults(kind: Kind, pages: number, random: Random): readonly Armed[] {
  const known = faults.filter((fault) => fault.kinds.includes(kind));
  return Array.from({ length: whole(5, random) }, () => {
    const definition = drawFault(known, random);
    const page = String(1 + whole(pages, random));
    const times = LIES.has(definition.name) ? '' : drawTimes(random);
    return { definition, text: `${definition.name}@${page}${times}` };
  });
}

/** Most pass at once, some last for a few requests, and few for so long that a circuit opens. */
function drawTimes(random: Random): string {
  const lasting = random.next();
  if (lasting < 0.8) return '';
  return `x${String(lasting < 0.94 ? 2 + whole(3, random) : 12)}`;
}

/** What a page is cut into until it is known which record cannot be had takes tens of times as long as anything else. */
function drawFault(known: readonly FaultDefinition[], random: Random): FaultDefinition {
  const drawn = pick(known, random);
  return drawn.name.startsWith('poison-') && random.next() < 0.4 ? pick(known, random) : drawn;
}

function pick<T>(values: readonly T[], random: Random): T {
  const value = values[whole(values.length, random)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function whole(below: number, random: Random): number {
  return Math.floor(random.next() * below);
}
