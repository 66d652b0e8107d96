import { describe, expect, it } from 'vitest';
import { identifiers, noon, tokenOf, walk } from '../../test/support/client.ts';
import { createUpstream, type Upstream } from '../index.ts';

function upstream(
  records: number,
  options: { oneStamp?: number; restamp?: number; pageSize?: number; days?: number } = {},
): Upstream {
  return createUpstream({
    kind: 'arxiv',
    now: () => noon,
    records,
    pageSize: options.pageSize ?? 250,
    seed: 3,
    recordBytes: 200,
    ledgerIds: true,
    ...options,
  });
}

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

/** The published algorithm once more, over plain arrays: what each page prints, and how the list goes on. */
function bruteForce(rows: readonly { id: string; second: number }[], size: number): string[][] {
  const pages: string[][] = [];
  let from = 0;
  let skip = 0;
  for (;;) {
    const matching = rows
      .filter((row) => row.second >= from * 86_400)
      .toSorted((a, b) => a.second - b.second || (a.id < b.id ? -1 : 1));
    const taken = matching.slice(skip, skip + size + 1);
    const held = taken.length > size ? taken.pop() : undefined;
    const dayOf = (row: { second: number }): number => Math.floor(row.second / 86_400);
    pages.push(taken.toSorted((a, b) => dayOf(a) - dayOf(b) || (a.id < b.id ? -1 : 1)).map((row) => row.id));
    if (held === undefined) return pages;
    if (taken[0] !== undefined && dayOf(held) === dayOf(taken[0])) skip += size;
    else {
      from = dayOf(held);
      skip = taken.filter((row) => dayOf(row) === dayOf(held)).length;
    }
  }
}

describe('paging of the arXiv simulator', () => {
  it.each<[string, { oneStamp?: number; days?: number; pageSize?: number }]>([
    ['spread over days', {}],
    ['a third on one stamp', { oneStamp: 900 }],
    ['all on one stamp', { oneStamp: 2700 }],
    ['one day', { days: 1 }],
    ['tiny pages', { pageSize: 3, days: 40 }],
  ])('gives every record exactly once while nothing changes: %s', async (_, options) => {
    const records = options.pageSize === 3 ? 300 : 2700;
    const source = upstream(records, options);
    const pages = (await walk(source, 'verb=ListRecords&metadataPrefix=arXiv')).map(identifiers);
    const ids = pages.flat();
    expect(ids.toSorted()).toEqual([...source.truth()].map((record) => record.id).toSorted());
  });

  it.each<{ oneStamp?: number }>([{}, { oneStamp: 900 }, { oneStamp: 2700 }])(
    'prints the pages that the published algorithm prints (%o)',
    async (options) => {
      const source = upstream(2700, options);
      const pages = (await walk(source, 'verb=ListRecords&metadataPrefix=arXiv')).map(identifiers);
      // The order within a second is by id; the order of the truth is the order of the list, from which distinct seconds are made up.
      const truth = [...source.truth()];
      const block = options.oneStamp ?? 0;
      const first = Math.floor((2700 - block) / 2);
      const rows = truth.map(({ id, datestamp }, i) => {
        const place = i >= first && i < first + block ? first : i;
        return { id, second: day(datestamp) * 86_400 + place };
      });
      expect(pages).toEqual(bruteForce(rows, 250));
    },
  );

  it('gives eight times as many identifiers a page', async () => {
    const pages = await walk(upstream(2700), 'verb=ListIdentifiers&metadataPrefix=arXiv');
    expect(pages.map((page) => identifiers(page).length)).toEqual([2000, 700]);
  });

  it('ends with an empty token after a token, and with none on a single page', async () => {
    const pages = await walk(upstream(600), 'verb=ListRecords&metadataPrefix=arXiv');
    expect(pages.map(tokenOf).at(-1)).toBe('');
    expect(pages.at(-1)).toContain('<resumptionToken/>');
    const single = await walk(upstream(20), 'verb=ListRecords&metadataPrefix=arXiv');
    expect(single).toHaveLength(1);
    expect(single[0]).not.toContain('resumptionToken');
  });

  it('loses records when delivered ones are stamped anew between pages, the more the more', async () => {
    const missed: number[] = [];
    for (const restamp of [0, 1, 5, 25]) {
      const source = upstream(4000, { oneStamp: 1500, restamp });
      const got = new Set(
        (await walk(source, 'verb=ListRecords&metadataPrefix=arXiv&until=2026-11-19')).flatMap(identifiers),
      );
      const restamped = new Set(
        source.ledger.entries.flatMap((entry) => (entry.type === 'change' ? [entry.id] : [])),
      );
      expect(restamped.size > 0).toBe(restamp > 0);
      missed.push([...source.truth()].filter((record) => !got.has(record.id)).length);
    }
    const [none, one, five, many] = missed;
    expect(none).toBe(0);
    expect(one).toBeGreaterThan(0);
    expect(five).toBeGreaterThan(one ?? 0);
    expect(many).toBeGreaterThan(five ?? 0);
  });
});
