import type { Random } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type Upstream } from '@holdfast/upstream';
import type { SourceConfig } from '../../src/config/config.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';

/** An upstream of the year, and the source that harvests it. */
export interface YearUpstream {
  readonly host: string;
  readonly upstream: Upstream;
  readonly watch: PolitenessWatch;
  readonly source: SourceConfig;
  /** Identifiers that changes are drawn from. */
  readonly ids: string[];
  readonly perDay: number;
  /** Nobody answers at its address. */
  isDown: boolean;
  /** Requests that found nobody. */
  refused: number;
}

const INTERVAL_MS = 3_000;
const FIRST = { records: 120, days: 25 };
const PER_DAY: Readonly<Record<string, number>> = { arxiv: 5, biorxiv: 4, 'oai-pmh': 4 };

/** The three small upstreams. `now` is their clock, which nothing on our machine can set. */
export function yearUpstreams(seed: number, now: () => number): readonly YearUpstream[] {
  return (['arxiv', 'biorxiv', 'oai-pmh'] as const).map((kind, index) =>
    makeOne(kind, seed * 10 + index, now),
  );
}

function makeOne(kind: Kind & SourceConfig['kind'], seed: number, now: () => number): YearUpstream {
  const host = `${kind}.test`;
  const upstream = createUpstream({
    kind,
    seed,
    now,
    ...FIRST,
    pageSize: 30,
    recordBytes: 900,
    retryAfter: 600,
    slowMs: 5_000,
    ledgerIds: false,
  });
  return {
    host,
    upstream,
    watch: new PolitenessWatch(INTERVAL_MS),
    source: {
      id: kind,
      kind,
      baseUrl: `http://${host}${upstream.basePath}`,
      from: '30d',
      enabled: true,
      minIntervalMs: INTERVAL_MS,
      timeouts: { connect: 30_000, firstByte: 300_000, idle: 60_000 },
      ...(kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
    },
    ids: [...upstream.truth()].map(({ id }) => id),
    perDay: PER_DAY[kind] ?? 1,
    isDown: false,
    refused: 0,
  };
}

/** A day of an upstream: new records, and some that are stamped anew, revised, printed, withdrawn, deleted. */
export function publish({ upstream, ids, perDay }: YearUpstream, random: Random): void {
  const isBiorxiv = upstream.kind === 'biorxiv';
  const count = Math.max(1, Math.round(perDay * (0.5 + random.next())));
  const some = (share: number, work: (id: string) => void): void => {
    const id = ids[Math.floor(random.next() * ids.length)];
    if (random.next() < share && id !== undefined) work(id);
  };
  some(0.3, (id) => upstream.newVersion(id));
  some(0.2, (id) => upstream.publishInJournal(id));
  some(0.03, (id) => upstream.withdraw(id));
  if (upstream.kind === 'oai-pmh') some(0.05, (id) => upstream.remove(id));
  if (!isBiorxiv) for (let each = 0; each < 2; each += 1) some(0.8, (id) => void upstream.restamp([id]));
  ids.push(...upstream.addRecords(count));
}
