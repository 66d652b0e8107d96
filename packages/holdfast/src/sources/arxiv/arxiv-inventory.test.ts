import { createUpstream } from '@holdfast/upstream';
import { expect, test } from 'vitest';
import type { Answer } from '../../transport/port.ts';
import type { IdentifierInventory } from '../inventory.ts';
import { arxivSource } from './arxiv-source.ts';

const RANGE = { from: '2015-09-16', to: '2026-05-16' };
const TODAY = '2026-05-17';
const source = arxivSource({ id: 'arxiv' });
const inventory = source.inventory as IdentifierInventory;

test('each list of identifiers has a URL of its own, which the harvest does not use', () => {
  const urls = [0, 1, 2].map((turn) => inventory.first(RANGE, turn, TODAY).url);
  const looks = [1, 2, 3, 4].map((look) => source.first('list', RANGE, look, TODAY).url);
  expect(new Set([...urls, ...looks]).size).toBe(7);
  for (const url of urls) expect(url).toContain('verb=ListIdentifiers');
});

test('the query API belongs to the OAI endpoint: a host of its own where arXiv publishes it, else beside it', () => {
  const probe = (baseUrl?: string): string | undefined => {
    const made = arxivSource({ id: 'a', ...(baseUrl === undefined ? {} : { baseUrl }) }).inventory;
    return made?.method === 'identifiers' ? made.dense?.probe(['2301.00001', '2301.00002']).url : undefined;
  };
  const query = '?id_list=2301.00001,2301.00002&start=0&max_results=2';
  expect(probe()).toBe(`https://export.arxiv.org/api/query${query}`);
  expect(probe('http://127.0.0.1:4801/oai')).toBe(`http://127.0.0.1:4801/api/query${query}`);
  expect(probe('http://127.0.0.1:4801/elsewhere')).toBeUndefined();
});

test('numbers have four digits until 1412 and five since, and are told from older names', () => {
  const { dense } = inventory;
  expect([
    dense?.id('0704', 1),
    dense?.id('1412', 17),
    dense?.id('1501', 17),
    dense?.id('2301', 100_000),
  ]).toEqual(['0704.0001', '1412.0017', '1501.00017', '2301.100000']);
  expect(dense?.place('1501.00017')).toEqual({ series: '1501', number: 17 });
  expect(dense?.place('hep-th/9901001')).toBeNull();
  expect(dense?.days('0712')).toEqual({ from: '2007-12-01', to: '2008-01-01' });
});

test('a feed of the simulated query API is read: what exists is listed with its day, what does not is absent', async () => {
  const upstream = createUpstream({ kind: 'arxiv', records: 40, now: () => Date.UTC(2026, 4, 17) });
  const known = [...upstream.truth()].slice(0, 3).map(({ id }) => id);
  const reading = await ask(upstream, [...known, '2605.99999']);
  expect(reading).toMatchObject({ type: 'page', end: 'proved', announced: 3, count: 3 });
  if (reading.type !== 'page') throw new Error('no page');
  expect(reading.items.map(({ id }) => id)).toEqual(known);
  expect(reading.items.every(({ datestamp }) => /^\d{4}-\d{2}-\d{2}$/.test(datestamp))).toBe(true);
  expect(await ask(upstream, ['2605.99999'])).toMatchObject({ type: 'page', count: 0 });
});

test('one malformed identifier fails the whole list, and that is no absence', async () => {
  const upstream = createUpstream({ kind: 'arxiv', records: 40, now: () => Date.UTC(2026, 4, 17) });
  expect(await ask(upstream, ['2605.1'])).toMatchObject({ type: 'refused', cause: 'request' });
});

test('a feed with fewer entries than it announces, a cut one and a page of HTML are no answers', () => {
  const entry =
    '<entry><id>http://arxiv.org/abs/2301.00001v2</id><updated>2023-01-02T00:00:00Z</updated></entry>';
  const feed = (total: number, inside: string): string =>
    `<feed xmlns="http://www.w3.org/2005/Atom"><totalResults>${String(total)}</totalResults>${inside}</feed>`;
  expect(read(feed(1, entry))).toMatchObject({
    type: 'page',
    items: [{ id: '2301.00001', datestamp: '2023-01-02' }],
  });
  for (const text of [
    feed(2, entry),
    feed(1, ''),
    `<feed>${entry}</feed>`,
    feed(1, entry).slice(0, -9),
    feed(1, '<entry><id>http://arxiv.org/abs/2301.00001v2</id><updated>soon</updated></entry>'),
    '<html><body>Sorry</body></html>',
    '',
  ])
    expect([text, read(text).type]).toEqual([text, 'broken']);
  expect(read('Rate exceeded.').type).toBe('throttled');
});

async function ask(upstream: ReturnType<typeof createUpstream>, ids: readonly string[]) {
  const url = inventory.dense?.probe(ids).url ?? '';
  const { search } = new URL(url);
  const reply = await upstream.handle({ method: 'GET', url: `/api/query${search}`, headers: {} });
  return source.read(
    { url, as: 'probe', continues: false },
    { url, status: reply.status, headers: reply.headers, body: reply.body, receivedAt: 0 },
    { answeredBefore: true },
  );
}

function read(text: string) {
  const answer: Answer = {
    url: 'https://export.arxiv.org/api/query',
    status: 200,
    headers: {},
    body: new TextEncoder().encode(text),
    receivedAt: 0,
  };
  return source.read({ url: answer.url, as: 'probe', continues: false }, answer, { answeredBefore: true });
}
