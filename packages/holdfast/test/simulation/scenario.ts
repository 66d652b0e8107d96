import { seededRandom, type Random } from '@holdfast/resilience/clock';
import { faults, type Kind } from '@holdfast/upstream';
import { drawHappenings } from './happenings.ts';
import type { Scenario } from './history.ts';

const KINDS: readonly Kind[] = ['oai-pmh', 'arxiv', 'biorxiv'];
const DAY_MS = 86_400_000;
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

/** Draws one history's ingredients: each seed a different mixture, some of them quiet. */
export function scenarioOf(seed: number): Scenario {
  const random = seededRandom(seed);
  const kind = pick(KINDS, random);
  const crashes = random.next() < 0.5 ? 0 : 1 + whole(4, random);
  return {
    seed,
    kind,
    records: 20 + whole(60, random),
    days: 4 + whole(20, random),
    pageSize: 3 + whole(9, random),
    faults: drawFaults(kind, random),
    crashes,
    callsPerLife: 10 + whole(150, random),
    restamp: kind === 'biorxiv' || random.next() < 0.7 ? 0 : 1 + whole(2, random),
    clockSkewMs: random.next() < 0.8 ? 0 : pick([-DAY_MS, DAY_MS, 3 * DAY_MS], random),
    happenings: drawHappenings(random),
  };
}

function drawFaults(kind: Kind, random: Random): string[] {
  const names = faults.filter((fault) => fault.kinds.includes(kind)).map(({ name }) => name);
  const count = whole(6, random);
  return Array.from({ length: count }, () => {
    const lasting = random.next();
    const times = lasting < 0.7 ? '' : `x${String(lasting < 0.85 ? 2 + whole(3, random) : 12)}`;
    const name = pick(names, random);
    if (LIES.has(name)) return `${name}@${String(1 + whole(4, random))}`;
    return `${name}@${String(1 + whole(4, random))}${times}`;
  });
}

function pick<T>(values: readonly T[], random: Random): T {
  const value = values[whole(values.length, random)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function whole(below: number, random: Random): number {
  return Math.floor(random.next() * below);
}
