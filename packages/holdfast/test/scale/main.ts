/**
 * A whole arXiv on a virtual clock: millions of papers, many on one day, stamped anew while they are walked, a range of
 * numbers that appears only later, first bytes after minutes. Harvested, audited, compared with the truth.
 * `npm run scale -- --papers 3000000 --seed 1`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '@holdfast/resilience/clock';
import type { AuditRun } from '../../src/model/audit.ts';
import type { SourceConfig } from '../../src/config/config.ts';
import { auditAll } from '../../src/engine/audit-all.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';
import { openInProcess } from '../year/in-process-store.ts';
import { compare } from './compare.ts';
import { MemoryWatch } from './memory-watch.ts';
import { World } from './world.ts';

const START = Date.UTC(2026, 10, 22, 12);
const INTERVAL_MS = 3_000;
/** From 2015 on, when arXiv's months got five digits: there is room for as many papers as wanted. */
const DAYS = 4_300;

const { values } = parseArgs({
  options: {
    papers: { type: 'string', default: '3000000' },
    seed: { type: 'string', default: '1' },
    'keep-store': { type: 'string' },
  },
});
const papers = Number(values.papers);
const seed = Number(values.seed);
if (!Number.isInteger(papers) || papers < 1_000) throw new Error('--papers is a whole number from 1000 on');

const folder = values['keep-store'] ?? mkdtempSync(join(tmpdir(), 'holdfast-scale-'));
const world = new World(seed, START);
const { clock, upstream } = world;
/** What is hidden during the harvest and appears, with its old stamps, before the audit. */
const hidden = Math.max(20, Math.round(papers / 12_000));
await upstream.ask({
  do: 'create',
  now: START,
  options: {
    kind: 'arxiv',
    seed,
    records: papers,
    days: DAYS,
    oneStamp: Math.round(papers * 0.03),
    restamp: 3,
    recordBytes: 600,
    publishLate: hidden,
    publishAfterRequests: Number.MAX_SAFE_INTEGER,
    ledgerIds: false,
    gzip: false,
  },
});

const store = openInProcess({ file: join(folder, 'holdfast.db'), clock, maxBytes: 200e9 });
const life = new Generation(Number.POSITIVE_INFINITY);
const watch = new PolitenessWatch(INTERVAL_MS);
const lifeState = new SimState().forLife(life, watch);
const memory = new MemoryWatch();
const source: SourceConfig = {
  id: 'arxiv',
  kind: 'arxiv',
  baseUrl: 'http://127.0.0.1:1/oai',
  from: 'all',
  enabled: true,
  minIntervalMs: INTERVAL_MS,
  timeouts: { connect: 30_000, firstByte: 900_000, idle: 60_000 },
};
let ids = 0;
let commits = 0;
const uniqueId = (): string => String((ids += 1));
const config = testConfig([source]);

function engine(once: boolean): Engine {
  return new Engine({
    config,
    store,
    transport: world.transport,
    state: lifeState,
    clock,
    random: seededRandom(seed),
    once,
    uniqueId,
    emit: (event) => {
      if (event.kind !== 'commit') return;
      commits += 1;
      if (commits % 200 === 0) tell(`${String(commits)} pages, ${memory.sample()}`);
    },
  });
}

function tell(line: string): void {
  console.error(`${new Date(clock.now()).toISOString().slice(0, 16)} ${line}`);
}

async function counted<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const [before, from] = [world.counts.requests, clock.now()];
  const result = await world.until(work());
  const hours = (clock.now() - from) / 3_600_000;
  console.log(
    `${what}: ${String(world.counts.requests - before)} requests in ${hours.toFixed(2)} h of its own time`,
  );
  return result;
}

await counted('harvest', () => engine(true).run(new AbortController().signal));
console.log(
  'after the harvest',
  await compare(store, 'arxiv', upstream),
  `${String((await store.stats()).quarantined)} in quarantine`,
);
const published = await upstream.ask<readonly string[]>({ do: 'publish-hidden', now: clock.now() });
console.log(`${String(published.length)} papers appeared with their old stamps`);
let toldNote = '';
function onRun({ note }: AuditRun): void {
  const now = memory.sample();
  if (note !== toldNote) tell(`${note}, ${now}`);
  toldNote = note;
}

await counted('audit with repairs', async () => {
  const runs = await auditAll(
    {
      config,
      store,
      transport: world.transport,
      state: lifeState,
      clock,
      random: seededRandom(seed + 1),
      uniqueId,
    },
    {
      repair: true,
      budget: 200,
      signal: new AbortController().signal,
      onRun,
    },
  );
  for (const run of runs) {
    const { state: how, requests, listed, missing, probed, absent } = run;
    console.log(`audit ${how}:`, { requests, listed, missing, probed, absent });
  }
});
const end = await compare(store, 'arxiv', upstream);
console.log('after the audit', end);
console.log('requests by verb', Object.fromEntries(world.counts.byVerb), `${String(world.counts.slow)} slow`);
console.log(memory.report());
await store.close();
upstream.end();
if (values['keep-store'] === undefined) rmSync(folder, { recursive: true });
if (end.missing + end.extra > 0) process.exitCode = 5;
