import { createUpstream } from '@holdfast/upstream';
import type { Upstream } from '@holdfast/upstream';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../model/item.ts';
import type { PageRequest, Source } from '../port.ts';
import { biorxivSource } from './biorxiv-source.ts';

const now = Date.parse('2026-09-20T12:00:00Z');
const today = '2026-09-20';

/** Walks a list to its "nothing" and gives what it held. */
async function walk(
  upstream: Upstream,
  source: Source,
  first: PageRequest,
): Promise<{ items: Item[]; pages: number; urls: string[] }> {
  const items: Item[] = [];
  const urls: string[] = [];
  for (let request: PageRequest | null = first; request !== null;) {
    urls.push(request.url);
    const { pathname, search } = new URL(request.url);
    const reply = await upstream.handle({ method: 'GET', url: pathname + search, headers: {} });
    const reading = source.read(
      request,
      { url: request.url, status: reply.status, headers: reply.headers, body: reply.body, receivedAt: now },
      { answeredBefore: false },
    );
    if (reading.type === 'nothing') break;
    if (reading.type !== 'page') throw new Error(JSON.stringify(reading));
    expect(reading.bad).toEqual([]);
    items.push(...reading.items);
    request = reading.next;
  }
  return { items, pages: urls.length, urls };
}

describe('the simulated interface', () => {
  it.each(['biorxiv', 'medrxiv'] as const)(
    '%s is read to the last version row, whatever the page size and the announced total',
    async (kind) => {
      for (const options of [{}, { pageSize: 7 }, { pageSize: 100, inflateTotal: 31 }]) {
        const upstream = createUpstream({
          kind,
          now: () => now,
          seed: 5,
          records: 400,
          days: 20,
          gzip: false,
          ...options,
        });
        const source = biorxivSource({ id: 'sim', kind, baseUrl: 'http://127.0.0.1' });
        const truth = [...upstream.truth()].map(({ id, version }) => `${id}v${version ?? ''}`).toSorted();
        expect(truth).toHaveLength(400);
        const range = { from: '2026-08-20', to: '2026-09-20' };
        for (const look of [1, 2, 3]) {
          const { items } = await walk(upstream, source, source.first('details', range, look, today));
          expect(
            items
              .map((item) => (item.type === 'paper' ? `${item.id}v${item.fields.version ?? ''}` : item.type))
              .toSorted(),
          ).toEqual(truth);
        }
      }
    },
  );

  it('gives the journal links of its preprints, and one preprint by its DOI', async () => {
    const upstream = createUpstream({
      kind: 'biorxiv',
      now: () => now,
      seed: 5,
      records: 400,
      days: 20,
      gzip: false,
    });
    const source = biorxivSource({ id: 'sim', kind: 'biorxiv', baseUrl: 'http://127.0.0.1' });
    const [one] = upstream.truth();
    const id = one?.id ?? '';
    upstream.publishInJournal(id);
    const links = await walk(
      upstream,
      source,
      source.first('pubs', { from: '2026-08-20', to: null }, 1, today),
    );
    expect(links.items.filter((item) => item.id === id)).toEqual([
      expect.objectContaining({ type: 'journal', url: expect.stringMatching(/^https:\/\/doi\.org\/10\./) }),
    ]);
    const request = source.record(id);
    if (request === null) throw new Error('no request');
    const versions = await walk(upstream, source, request);
    expect(versions.pages).toBe(1);
    expect(versions.items.every((item) => item.type === 'paper' && item.id === id)).toBe(true);
    expect(versions.items.length).toBeGreaterThan(0);
  });
});
