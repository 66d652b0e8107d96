import { createUpstream, faults } from '@holdfast/upstream';
import { describe, expect, it } from 'vitest';
import { arxivSource } from '../arxiv/index.ts';
import type { PageRequest, Reading, Source } from '../port.ts';
import { oaiPmhSource } from './index.ts';

/** The simulated upstreams share no code with the product: what both understand alike is no common slip. */
const now = Date.parse('2026-09-10T12:00:00Z');
const today = '2026-09-10';
const range = { from: '2026-08-01', to: today };
const baseUrl = 'http://upstream.test/oai';
const sources = {
  'oai-pmh': oaiPmhSource({ id: 'o', baseUrl, metadataPrefix: 'oai_dc', granularity: 'seconds' }),
  arxiv: arxivSource({ id: 'a', baseUrl }),
} as const;
type Kind = keyof typeof sources;

function start(kind: Kind) {
  return createUpstream({
    kind,
    now: () => now,
    records: 300,
    pageSize: 100,
    days: 20,
    gzip: false,
    seed: 5,
  });
}
async function ask(
  upstream: ReturnType<typeof start>,
  source: Source,
  request: PageRequest,
): Promise<Reading> {
  const { pathname, search } = new URL(request.url);
  const headers = { accept: source.accept, 'user-agent': 'holdfast (mailto:test@example.org)' };
  const {
    status,
    headers: answered,
    body,
  } = await upstream.handle({ method: 'GET', url: pathname + search, headers });
  return source.read(
    request,
    { url: request.url, status, headers: answered, body, receivedAt: now },
    { answeredBefore: true },
  );
}

describe.each(['oai-pmh', 'arxiv'] as const)('against a simulated %s', (kind) => {
  const source = sources[kind];

  it.each([1, 2, 3])('look %i lists every record and ends proved', async (look) => {
    const upstream = start(kind);
    const ids = new Set<string>();
    let reading: Reading | null = null;
    for (let next: PageRequest | null = source.first('list', range, look, today); next !== null;) {
      reading = await ask(upstream, source, next);
      if (reading.type !== 'page') throw new Error(JSON.stringify(reading));
      expect(reading.bad).toStrictEqual([]);
      for (const { id } of reading.items) ids.add(id);
      next = reading.next;
    }
    expect(reading).toMatchObject({ end: 'proved' });
    expect([...ids].sort()).toStrictEqual([...upstream.truth()].map(({ id }) => id).sort());
  });

  it('gives single records', async () => {
    const upstream = start(kind);
    const [truth] = upstream.truth();
    const request = source.record(truth!.id)!;
    expect(await ask(upstream, source, request)).toMatchObject({
      items: [{ type: 'paper', id: truth!.id }],
      end: 'proved',
    });
    const unknown = source.record(kind === 'arxiv' ? '9912.99999' : 'oai:repo.example:no')!;
    expect(await ask(upstream, source, unknown)).toMatchObject({ type: 'absent' });
  });

  const textFaults = faults.filter((fault) => fault.kinds.includes(kind) && fault.effect.layer === 'text');
  it.each(textFaults.map(({ name }) => name))(
    '%s: every record of the page is an item or shown as bad, or the page is refused',
    async (name) => {
      const sound = await ask(start(kind), source, source.first('list', range, 1, today));
      const upstream = start(kind);
      upstream.arm(`${name}@1`);
      const reading = await ask(upstream, source, source.first('list', range, 1, today));
      expect(upstream.pending(), 'the fault fired').toStrictEqual([]);
      if (sound.type !== 'page') throw new Error('the page was not sound');
      if (reading.type !== 'page') return expect(reading.type).toBe('broken');
      expect(reading.count).toBe(100);
      const seen = [...reading.items, ...reading.bad].flatMap(({ id }) => id ?? []);
      const hidden = reading.bad.filter(({ id }) => id === null).length;
      expect(sound.items.filter(({ id }) => !seen.includes(id))).toHaveLength(hidden);
      expect(reading).toMatchObject({ end: sound.end, next: sound.next });
    },
  );
});
