import { join } from 'node:path';
import { harvestInPeace, killCampaign, noHits } from './campaign.ts';
import type { Campaign, Measure, Shared } from './campaign.ts';
import type { Target, Phase } from './plan.ts';
import { Dice } from './random.ts';
import type { Corpus, Kind } from './simulator.ts';

/** What a drill is asked for. */
export interface KillDrillOptions {
  readonly kills: number;
  readonly seed: number;
  /** An empty folder. */
  readonly folder: string;
  /** Lists that are harvested at the same time, each killed by itself. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
  /** How long the lists are, about; 500 unless told. */
  readonly records?: number;
  /** Called after each list. */
  readonly onCampaign?: (campaign: Campaign, killsSoFar: number) => void;
}

/** What all lists together showed. */
export interface KillReport {
  readonly seed: number;
  readonly campaigns: readonly Campaign[];
  readonly kills: number;
  readonly hits: Readonly<Record<Phase, number>>;
  readonly targets: Readonly<Record<Target, number>>;
  /** Fewest kills that each step of a page must have had; one of 15 of all. */
  readonly needed: number;
  /** What is wrong, one sentence each; empty when everything holds. */
  readonly problems: readonly string[];
}

const KINDS: readonly [Kind, ...Kind[]] = ['oai-pmh', 'arxiv', 'biorxiv'];

/** Kills the harvests of several lists, and then of others, until there were enough kills. */
export async function killDrill(options: KillDrillOptions): Promise<KillReport> {
  const { kills, seed, folder, onCampaign, atOnce = 1, signal, records = 500 } = options;
  const shared: Shared = { hits: noHits(), left: kills, signal };
  const measures = new Map<Kind, Promise<Measure>>();
  const campaigns: Campaign[] = [];
  let number = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (shared.left > 0) {
      number += 1;
      const [place, corpus] = [
        join(folder, `list-${number}`),
        corpusOf(KINDS[(number - 1) % KINDS.length] ?? 'oai-pmh', seed, records),
      ];
      // The lists of a kind are one and the same list: what is different is when it is killed.
      const measured = measures.get(corpus.kind) ?? harvestInPeace(join(folder, corpus.kind), corpus, signal);
      measures.set(corpus.kind, measured);
      const dice = new Dice(seed + number);
      const campaign = await killCampaign(place, corpus, { dice, shared, measure: await measured });
      campaigns.push(campaign);
      done += campaign.kills.length;
      onCampaign?.(campaign, done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const all = campaigns.flatMap((campaign) => campaign.kills);
  const targets = {
    tree: all.filter(({ target }) => target === 'tree').length,
    engine: all.filter(({ target }) => target === 'engine').length,
  };
  const needed = Math.floor(kills / 15);
  const report = { seed, campaigns, kills: done, hits: shared.hits, targets, needed };
  return { ...report, problems: problemsOf(report) };
}

function corpusOf(kind: Kind, seed: number, records: number): Corpus {
  return { kind, seed, records: kind === 'biorxiv' ? records * 1.2 : records, pageSize: 10, days: 8 };
}

function problemsOf({ campaigns, hits, needed }: Omit<KillReport, 'problems'>): readonly string[] {
  const { fetch, parse, transaction, committed } = hits;
  const few = Object.entries({ fetch, parse, transaction, committed }).filter(([, times]) => times < needed);
  return [
    ...few.map(([phase, times]) => `only ${times} kills in ${phase}, ${needed} are needed`),
    ...campaigns.flatMap((campaign, index) =>
      faultsOf(campaign).map((fault) => `list ${index + 1} (${campaign.corpus.kind}): ${fault}`),
    ),
  ];
}

function faultsOf({ lost, duplicated, unexpected, refetched, lastRun, verify }: Campaign): readonly string[] {
  const sets = { lost, duplicated, unexpected };
  const most = Math.max(0, ...refetched);
  return [
    ...Object.entries(sets)
      .filter(([, keys]) => keys.length > 0)
      .map(([name, keys]) => `${keys.length} ${name}, such as ${keys.slice(0, 3).join(', ')}`),
    ...(most > 1 ? [`${most} pages were fetched again after one kill`] : []),
    ...(lastRun === 0 ? [] : [`the run that completes the harvest ended with ${lastRun}`]),
    ...(verify === 0 ? [] : [`verify ended with ${verify}`]),
  ];
}
