import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { get, noon } from '../../test/support/client.ts';
import { createUpstream, type Upstream } from '../index.ts';

const shapes = fileURLToPath(
  new URL('../../../../../shared/recorded/biorxiv/observed-shapes.json', import.meta.url),
);

interface Page {
  readonly messages: readonly Record<string, unknown>[];
  readonly collection: readonly Record<string, string>[];
}

function upstream(options: { records?: number; pageSize?: number; inflateTotal?: number } = {}): Upstream {
  return createUpstream({ kind: 'biorxiv', now: () => noon, records: 400, seed: 2, ...options });
}

const page = async (source: Upstream, url: string): Promise<Page> =>
  JSON.parse(await get(source, url)) as Page;
const interval = '/details/biorxiv/2026-10-31/2026-11-20';
const none = { messages: [{ status: 'no posts found' }], collection: [] };

async function walkAll(source: Upstream): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for (let step = 0; step < 500; step += 1) {
    const { collection } = await page(source, `${interval}/${rows.length}/json`);
    if (collection.length === 0) return rows;
    rows.push(...collection);
  }
  throw new Error('the list does not end');
}

describe('the bioRxiv simulator', () => {
  it.skipIf(!existsSync(shapes))(
    'has the recorded shapes and types (skipped where nothing is recorded)',
    async () => {
      const recorded = (
        JSON.parse(readFileSync(shapes, 'utf8')) as { shapes: { name: string; body: Page }[] }
      ).shapes;
      const source = upstream();
      for (const [name, url] of [
        ['details interval page, real', `${interval}/0/json`],
        ['pubs interval page (100 per page)', '/pubs/biorxiv/2026-10-31/2026-11-20/0/json'],
      ]) {
        const want = recorded.find((shape) => shape.name === name)?.body;
        const have = await page(source, url ?? '');
        expect(Object.keys(have.collection[0] ?? {})).toEqual(Object.keys(want?.collection[0] ?? {}));
        for (const [key, value] of Object.entries(want?.messages[0] ?? {}))
          expect(typeof have.messages[0]?.[key], key).toBe(typeof value);
      }
    },
  );

  it('gives 30 rows a page, the cursor as a number first and as text later, total as text', async () => {
    const source = upstream();
    const first = await page(source, `${interval}/0/json`);
    expect(first.collection).toHaveLength(30);
    expect(first.messages[0]).toMatchObject({ cursor: 0, count: 30, total: '400', category: 'all' });
    expect((await page(source, `${interval}/30`)).messages[0]).toMatchObject({ cursor: '30', count: 30 });
  });

  it('gives every version row once when one steps by the rows received, whatever the page size', async () => {
    for (const pageSize of [7, 30, 100]) {
      const source = upstream({ pageSize });
      const keys = (await walkAll(source)).map((row) => `${row['doi']} ${row['version']}`);
      expect(new Set(keys).size).toBe(400);
      expect(keys.toSorted()).toEqual(
        [...source.truth()].map((row) => `${row.id} ${row.version}`).toSorted(),
      );
    }
  });

  it('has versions up to three, both DOI prefixes, and counts new papers', async () => {
    const source = upstream();
    const rows = await walkAll(source);
    expect(new Set(rows.map((row) => row['version']))).toEqual(new Set(['1', '2', '3']));
    expect(new Set(rows.map((row) => row['doi']?.split('/')[0]))).toEqual(new Set(['10.1101', '10.64898']));
    const { messages } = await page(source, `${interval}/0/json`);
    expect(messages[0]?.['count_new_papers']).toBe(
      String(rows.filter((row) => row['version'] === '1').length),
    );
  });

  it('answers past the end, unknown servers, DOIs and cursors as the original does', async () => {
    const source = upstream({ inflateTotal: 31 });
    expect(await page(source, `${interval}/400/json`)).toEqual(none);
    expect(await page(source, '/details/biorxiv/10.1101/unknown/na/json')).toEqual(none);
    expect(await page(source, `${interval}/1e+05/json`)).toEqual(none);
    expect(await page(source, '/details/chemrxiv/2026-11-01/2026-11-02/0/json')).toEqual({
      messages: [{ status: 'Server not recognized' }],
    });
    expect((await page(source, '/pubs/biorxiv/2020-01-01/2020-01-02/0/json')).messages).toEqual([
      { status: 'no articles found for published version of ' },
    ]);
    expect((await page(source, `${interval}/0/json`)).messages[0]?.['total']).toBe('431');
  });

  it('filters by a known category and ignores an unknown one', async () => {
    const source = upstream();
    const known = await page(source, `${interval}/0/json?category=cell_biology`);
    expect(new Set(known.collection.map((row) => row['category']))).toEqual(new Set(['cell biology']));
    expect((await page(source, `${interval}/0/json?category=cooking`)).messages[0]).toMatchObject({
      category: 'all',
      total: '400',
    });
  });

  it('adds rows for versions and withdrawals, and changes `published` silently', async () => {
    const source = upstream();
    const { id = '' } = [...source.truth()].find((row) => row.version === '1') ?? {};
    source.newVersion(id);
    source.withdraw(id);
    source.publishInJournal(id);
    const { collection } = await page(source, `/details/biorxiv/${id}/na/json`);
    const versions = collection.map((row) => Number(row['version']));
    expect(versions).toEqual(versions.map((_, i) => i + 1));
    expect(collection.at(-1)).toMatchObject({ type: 'withdrawn', date: '2026-11-20' });
    expect(new Set(collection.map((row) => row['published'])).has('NA')).toBe(false);
    expect((await page(source, `/pubs/biorxiv/${id}`)).collection).toHaveLength(1);
    expect(() => source.remove(id)).toThrow('never deletes');
    expect(() => source.restamp([id])).toThrow('no modification stamp');
  });
});
