import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault, type Played } from '../../fault.ts';
import { Dice } from '../../kill/random.ts';
import { Installation } from '../../product/installation.ts';
import type { Stage } from '../../stage.ts';
import { conclude, type Harvest } from '../../catalogue/storage/harvest.ts';
import { Ledger } from '../../upstream/ledger.ts';
import { cutControl, cutOnce, type Cut, type Lane } from './cut.ts';
import { Disk, missingForPower } from './disk.ts';

const LANES = 2;
const CUTS = { quick: 4, full: 100 };
const CONTROLS = { quick: 1, full: 3 };
const MEGABYTES = 256;

/** The disk loses everything that was not synced, at random moments of a harvest. */
export const powerCuts: Fault = {
  name: 'power cuts',
  layer: 'power',
  about: 'the power of a disk of its own is cut at random moments of a harvest: what was not synced is gone',
  holds:
    'the store opens, verifies, and has every record whose commit was told before the cut; the harvest goes on to its end',
  quick: false,
  alone: true,
  missing: missingForPower,
  limitMs: 30 * 60_000,
  play: async (stage) => {
    const perLane = Math.ceil(CUTS[stage.size] / LANES);
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, at) => playLane(stage, at, perLane)));
    const control = await playControl(stage);
    return sum(lanes, control);
  },
};

interface LaneEnd {
  readonly cuts: readonly Cut[];
  readonly played: Played;
}

async function playLane(stage: Stage, at: number, cuts: number): Promise<LaneEnd> {
  const dice = new Dice(stage.seed * LANES + at);
  const { lane, harvest } = await prepare(stage, `lane${String(at)}`, cuts * 150);
  const seen: Cut[] = [];
  for (let number = 1; number <= cuts; number += 1) {
    const cut = await cutOnce(lane, dice, stage);
    seen.push(cut);
    if (number % 10 === 0)
      stage.say(`${String(number)} of ${String(cuts)} cuts, ${String(cut.acked)} acknowledged`);
  }
  const played = await conclude(harvest, {
    injected: seen.length,
    wanted: cuts,
    evidence: `lane ${String(at + 1)}`,
  });
  return { cuts: seen, played };
}

/** An installation with data and state on a disk of its own, and an upstream that lasts for all cuts. */
export async function prepare(
  stage: Stage,
  name: string,
  records: number,
): Promise<{ readonly lane: Lane; readonly harvest: Harvest }> {
  // Spread over many days, so that the newest ones, which every start walks anew, are a small part of it.
  const simulator = await stage.simulate({ kind: 'oai-pmh', records, pageSize: 10, args: ['--days', '400'] });
  const disk = await Disk.create(stage, name, MEGABYTES);
  const home = join(disk.folder, 'home');
  mkdirSync(home);
  const product = new Installation(home, stage.signal);
  const source = {
    id: 'src',
    kind: 'oai-pmh',
    baseUrl: simulator.baseUrl,
    metadataPrefix: 'oai_dc',
    from: 'all',
  };
  product.configure([{ ...source, minIntervalMs: 10 }], { audit: { every: 'off' } });
  // The configuration is ours: no cut may take it.
  await disk.unmount();
  await disk.mount();
  const harvest = { simulator, product, ledger: () => Ledger.read(simulator.ledgerFile) };
  return { lane: { disk, product, ledgerFile: simulator.ledgerFile, acked: new Set() }, harvest };
}

/** The same cuts under a writer that never syncs. One that loses nothing would mean that this drill sees no loss. */
async function playControl(stage: Stage): Promise<{ acked: number; lost: number; blind: number }> {
  const disk = await Disk.create(stage, 'control', 32);
  const dice = new Dice(stage.seed);
  let [acked, lost, blind] = [0, 0, 0];
  for (let number = 0; number < CONTROLS[stage.size]; number += 1) {
    const seen = await cutControl(disk, dice, stage, `unsynced-${String(number)}.jsonl`);
    acked += seen.acked;
    lost += seen.lost;
    if (seen.lost === 0) blind += 1;
  }
  return { acked, lost, blind };
}

function sum(lanes: readonly LaneEnd[], control: { acked: number; lost: number; blind: number }): Played {
  const cuts = lanes.flatMap(({ cuts: each }) => each);
  const lost = cuts.flatMap((cut) => cut.lost);
  const damaged = cuts.filter(({ verified }) => verified !== null && verified !== 0);
  const acked = cuts.reduce((total, { ackedNow }) => total + ackedNow, 0);
  const during = cuts.filter(({ ackedNow }) => ackedNow > 0).length;
  const add = (key: 'lost' | 'duplicated' | 'unexpected' | 'traffic'): number =>
    lanes.reduce((total, { played }) => total + played[key], 0);
  const seesLoss = control.blind === 0 && control.acked > 0;
  return {
    // A drill that cannot see a loss has injected nothing.
    injected: seesLoss ? cuts.length : 0,
    wanted: lanes.reduce((total, { played }) => total + Number(played.wanted), 0),
    traffic: add('traffic'),
    lost: add('lost') + lost.length,
    duplicated: add('duplicated'),
    unexpected: add('unexpected'),
    recovered: lanes.every(({ played }) => played.recovered),
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: [
      check('every commit that was told survived', lost.length === 0, lost.slice(0, 5), 'I4'),
      check(
        'the store verifies after every cut',
        damaged.length === 0,
        damaged.map(({ sentence }) => sentence),
      ),
      check('commits were told before cuts', during > 0, during),
      ...lanes.flatMap(({ played }) => played.checks),
    ],
    evidence: `${String(cuts.length)} cuts, ${String(during)} of them after commits; ${String(acked)} records acknowledged, ${String(lost.length)} lost, ${String(damaged.length)} damaged; without syncing the same cuts took ${String(control.lost)} of ${String(control.acked)} lines; ${lanes.map(({ played }) => played.evidence).join(', ')}`,
  };
}
