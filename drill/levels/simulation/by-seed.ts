import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Check, type Fault, type Played } from '../../fault.ts';
import { PRODUCT } from '../../product/run-command.ts';
import { simulate, type Sums } from './sums.ts';

const SEEDS = { quick: 200, full: 20_000 };
/** So many findings are told; all are counted. */
const TOLD = 10;

/**
 * The first history is that of the drill's seed, the others follow it: the one of a finding is played alone, and first,
 * by `--only 'simulation by seed' --seed F`, whatever the size.
 */
export const simulationBySeed: Fault = {
  name: 'simulation by seed',
  layer: 'simulation',
  about:
    'The engine lives through thousands of virtual days: mixtures of faults, crashes at any call, sleep, clock steps and lost networks, drawn by seed.',
  holds:
    'Every record ends up in the store, or visibly in the quarantine or the gaps, once; no wait that an upstream asked for is cut short.',
  quick: true,
  alone: true,
  limitMs: 30 * 60_000,
  missing: () =>
    existsSync(join(PRODUCT, 'dist/simulation/main.js')) ? null : 'the built simulation (npm run build)',
  play: async (stage) => {
    const { seed, size, signal } = stage;
    const say = (text: string): void => stage.say(text);
    const first = await simulate({ from: seed, seeds: 1, signal, say });
    // A history that fails is a whole answer: it is what somebody replays.
    if (first.invalid > 0) return judged(first);
    return judged(await simulate({ from: seed, seeds: SEEDS[size], signal, say }));
  },
};

/** What the sums prove, and what they do not. */
export function judged(sums: Sums): Played {
  const { seeds, crashes, faults, requests, tookMs, invalid } = sums;
  const injected = crashes + faults;
  return {
    injected,
    // What hardly occurred was not proved, however often the rest did; a history that fails proves enough.
    wanted: invalid > 0 ? 0 : sums.unsure.length > 0 ? injected + sums.unsure.length : 1,
    traffic: requests,
    lost: counted(sums, 'lost'),
    duplicated: counted(sums, 'duplicated'),
    unexpected: counted(sums, 'unexpected'),
    recovered: invalid === 0,
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: [...sums.violations.slice(0, TOLD).map(finding), ...doubts(sums)],
    counts: { seeds },
    evidence: `${String(seeds)} seeds, ${String(crashes)} crashes, ${String(faults)} faults, ${String(requests)} requests in ${(tookMs / 1000).toFixed(1)} s`,
  };
}

function finding({ seed, kind, what, faults }: Sums['violations'][number]): Check {
  const again = `holdfast drill --only '${simulationBySeed.name}' --seed ${String(seed)}`;
  return check(
    `history ${String(seed)} (${kind}; ${faults.join(' ') || 'no faults'}) holds every invariant; again: ${again}`,
    false,
    what,
  );
}

function doubts({ unsure }: Sums): readonly Check[] {
  return unsure.length === 0
    ? []
    : [
        check(
          'every fault and transition occurs in at least 1 % of the histories',
          false,
          `not so: ${unsure.join(', ')}`,
        ),
      ];
}

/** A history says `lost 3: …` of what it lost. */
function counted({ violations }: Sums, word: string): number {
  return violations.reduce((sum, { what }) => {
    const number = new RegExp(`^${word} (\\d+)`).exec(what)?.[1];
    return sum + Number(number ?? (what.startsWith(`${word} `) ? 1 : 0));
  }, 0);
}
