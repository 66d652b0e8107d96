import type { Clock } from '@holdfast/resilience/clock';
import { systemClock } from '@holdfast/resilience/clock';
import type { PaperItem } from '../../packages/holdfast/src/model/item.ts';
import { normalise } from '../../packages/holdfast/src/model/normalise.ts';
import { openStore } from '../../packages/holdfast/src/store/sqlite/index.ts';

const BATCH = 2_000;
const WORDS =
  'we show that the spectrum of a random operator on large graphs is stable under small noise'.split(' ');

/** Fills a new store with papers of the size that arXiv's have (about 1.7 kB as a line of JSON), the same ones every time. */
export async function makePapers(file: string, papers: number, clock: Clock = systemClock): Promise<void> {
  const store = await openStore({ file, clock });
  await store.putSource('arxiv', 'arxiv', {});
  const window = {
    source: 'arxiv',
    stream: 'list',
    from: '2024-01-01',
    to: '2024-01-08',
    lane: 'backfill',
    state: 'OPEN',
    look: 1,
    cursor: '',
    nextAt: null,
    attempts: 0,
    reason: '',
    serverDate: null,
    lookedAt: null,
    records: 0,
    pages: 0,
  } as const;
  await store.plan([window]);
  const lease = await store.claim({
    owner: 'bench',
    window: 'arxiv/list/2024-01-01..2024-01-08',
    ttlMs: 3_600_000,
  });
  if (lease === null) throw new Error('the window could not be claimed');
  for (let from = 0; from < papers; from += BATCH) {
    const count = Math.min(BATCH, papers - from);
    await store.commit({
      lease,
      batchId: `batch-${from}`,
      prev: from === 0 ? '' : String(from),
      next: { cursor: String(from + count) },
      page: null,
      items: Array.from({ length: count }, (_, index) => paper(from + index)),
      bad: [],
      at: clock.now(),
    });
  }
  await store.close();
}

function paper(number: number): PaperItem {
  const id = `${String(1000 + (number % 9000)).padStart(4, '0')}.${String(Math.floor(number / 9000)).padStart(5, '0')}`;
  const text = (words: number, seed: number): string =>
    Array.from(
      { length: words },
      (_, at) => WORDS[(seed * 7 + at * at + (seed % 13) * at) % WORDS.length],
    ).join(' ');
  const fields = normalise({
    id,
    title: `${text(9, number)} ${number}`,
    abstract: `${text(190, number + 1)} $\\alpha_{${number}}$`,
    authors: Array.from({ length: 1 + (number % 5) }, (_, at) => ({
      name: `Ada M. Lovelace${(number + at) % 5000}`,
    })),
    categories: ['cs.LG', 'math.PR'],
    published: '2024-01-02',
    license: 'http://creativecommons.org/licenses/by/4.0/',
    urls: { abstract: `https://arxiv.org/abs/${id}`, pdf: `https://arxiv.org/pdf/${id}` },
  });
  return { type: 'paper', id, datestamp: '2024-01-02', place: null, fields, unknown: [] };
}
