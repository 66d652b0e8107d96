import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './child.ts';
import type { Measured } from './measured.ts';
import { engineHook, holdfast } from './paths.ts';

/** A harvest by Holdfast: records and raw pages durably written, then looked at a second time. */
export interface OurHarvest {
  /** Look 1 alone: from the first list request to the commit of the last page. */
  readonly first: Measured;
  /** The whole command, with the second look and the index. */
  readonly whole: Measured;
  /** Memory when so many records were stored. */
  readonly memory: readonly { readonly records: number; readonly rss: number }[];
  readonly folder: string;
  /** Removes the store. */
  clean(): void;
}

interface Note {
  readonly kind: 'request' | 'commit' | 'done' | 'exit';
  readonly at: number;
  readonly cpuUs: number;
  readonly rss: number;
  readonly url: string;
  readonly look: number;
  readonly inserted: number;
}

/** Harvests a repository once into a new store. */
export async function harvestOurs(baseUrl: string, records: number): Promise<OurHarvest> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const config = join(folder, 'holdfast.config.json');
  const events = join(folder, 'events.jsonl');
  const source = {
    id: 'bench',
    kind: 'oai-pmh',
    baseUrl,
    metadataPrefix: 'oai_dc',
    from: 'all',
    minIntervalMs: 0,
  };
  writeFileSync(
    config,
    JSON.stringify({ dataDir: './data', contact: 'bench@example.org', sources: [source] }),
  );
  const env = {
    HOLDFAST_STATE_DIR: join(folder, 'state'),
    HOLDFAST_BENCH_EVENTS: events,
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${engineHook}`,
  };
  const ran = await run([process.execPath, holdfast, 'run', '--once', '--config', config], {
    output: 'ignore',
    env,
  });
  const notes = readFileSync(events, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Note);
  const harvest = {
    ...judge(notes, ran.ms),
    folder,
    clean: () => rmSync(folder, { recursive: true, force: true }),
  };
  if (harvest.first.records !== records)
    throw new Error(`${String(harvest.first.records)} of ${String(records)} records were stored`);
  return harvest;
}

function judge(notes: readonly Note[], wholeMs: number): Pick<OurHarvest, 'first' | 'whole' | 'memory'> {
  const begin = notes.find(({ kind, url }) => kind === 'request' && url.includes('verb=ListRecords'));
  const commits = notes.filter(({ kind, look }) => kind === 'commit' && look === 1);
  const last = commits.at(-1);
  const end = notes.at(-1);
  if (begin === undefined || last === undefined || end === undefined)
    throw new Error('the harvest told of no list');
  const records = commits.reduce((sum, { inserted }) => sum + inserted, 0);
  const peakRss = Math.max(...notes.map(({ rss }) => rss));
  return {
    first: { records, ms: last.at - begin.at, cpuUs: last.cpuUs - begin.cpuUs, peakRss },
    whole: { records, ms: wholeMs, cpuUs: end.cpuUs, peakRss },
    memory: everyTenth(commits, records),
  };
}

/** The memory at each tenth of the harvest: the highest seen since the tenth before. */
function everyTenth(commits: readonly Note[], total: number): OurHarvest['memory'] {
  const tenths: { records: number; rss: number }[] = [];
  let [records, rss] = [0, 0];
  for (const commit of commits) {
    records += commit.inserted;
    rss = Math.max(rss, commit.rss);
    if (records < ((tenths.length + 1) * total) / 10) continue;
    tenths.push({ records, rss });
    rss = 0;
  }
  return tenths;
}
