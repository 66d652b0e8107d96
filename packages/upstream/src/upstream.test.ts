import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { get, identifiers, noon, walk } from '../test/support/client.ts';
import { control, createUpstream, kinds, summarize, type Upstream, type UpstreamOptions } from './index.ts';

const list = '/oai?verb=ListRecords&metadataPrefix=arXiv';

async function session(options: UpstreamOptions): Promise<{ bytes: string[]; ledger: unknown }> {
  const upstream = createUpstream(options);
  const urls =
    options.kind === 'arxiv' || options.kind === 'oai-pmh'
      ? ['/oai?verb=ListRecords&metadataPrefix=oai_dc', '/oai?verb=ListIdentifiers&metadataPrefix=oai_dc']
      : [`/details/${options.kind}/2026-11-01/2026-11-20/0/json`];
  const bytes: string[] = [];
  for (const url of [...urls, ...urls]) bytes.push(await get(upstream, url));
  return { bytes, ledger: upstream.ledger.entries };
}

describe('an upstream', () => {
  it.each(kinds)(
    '%s gives the same bytes and the same ledger for the same seed, and others for another',
    async (kind) => {
      const options: UpstreamOptions = {
        kind,
        now: () => noon,
        seed: 11,
        records: 80,
        pageSize: 9,
        faults: ['shuffled-page@1'],
        publishLate: 5,
        ...(kind === 'arxiv' ? { restamp: 2 } : {}),
      };
      const first = await session(options);
      expect(await session(options)).toEqual(first);
      expect((await session({ ...options, seed: 12 })).bytes).not.toEqual(first.bytes);
    },
  );

  it('writes request, response and ids into the ledger, and counts requests in flight', async () => {
    let now = noon;
    const upstream = createUpstream({ kind: 'arxiv', now: () => now, records: 30, pageSize: 10 });
    const first = upstream.exchange({
      method: 'GET',
      url: list,
      headers: { 'user-agent': 'test/1 (mailto:a@b.example)' },
    });
    const second = upstream.exchange({ method: 'GET', url: '/oai?verb=Identify', headers: {} });
    now += 250;
    first.end();
    second.end({ aborted: true, bytes: 7 });
    expect(() => first.end()).toThrow('has ended already');
    now += 3000;
    await get(upstream, '/rss/cs');
    const [truth, one, two, three, four] = upstream.ledger.entries;
    expect(truth).toMatchObject({ type: 'truth', count: 30, records: expect.any(Array) as unknown });
    expect(one).toMatchObject({
      n: 1,
      at: noon,
      verb: 'ListRecords',
      params: { metadataPrefix: 'arXiv' },
      userAgent: 'test/1 (mailto:a@b.example)',
      concurrent: 1,
    });
    expect(two).toMatchObject({ n: 2, concurrent: 2 });
    expect(three).toMatchObject({ type: 'response', n: 1, at: noon + 250, status: 200, ids: 10 });
    expect(four).toMatchObject({ n: 2, bytes: 7, aborted: true, ids: 0 });
    expect(upstream.ledger.servedIds().size).toBeGreaterThanOrEqual(10);
    expect(upstream.ledger.summary()).toMatchObject({
      requests: 3,
      responses: 3,
      aborted: 1,
      maxConcurrent: 2,
      minSpacingMs: 3000,
      byVerb: { ListRecords: 1, Identify: 1, rss: 1 },
    });
    expect(summarize(upstream.ledger.entries)).toMatchObject({ requests: 3 });
  });

  it('compresses only for a client that accepts it', async () => {
    const upstream = createUpstream({ kind: 'arxiv', now: () => noon, records: 30 });
    const ask = (accept: string): ReturnType<Upstream['handle']> =>
      upstream.handle({ method: 'GET', url: list, headers: { 'accept-encoding': accept } });
    const packed = await ask('gzip, deflate');
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(Buffer.from((await ask('identity')).body))).toBe(true);
    expect((await ask('gzip;q=0')).headers['content-encoding']).toBeUndefined();
  });

  it('publishes what was hidden after so many requests, or at a time', async () => {
    for (const late of [
      { publishAfterRequests: 3 },
      { publishAfterRequests: 1000, publishAfterMs: 60_000 },
    ]) {
      let now = noon;
      const upstream = createUpstream({
        kind: 'arxiv',
        now: () => now,
        records: 100,
        publishLate: 10,
        ...late,
      });
      expect(identifiers(await get(upstream, list))).toHaveLength(90);
      now += 60_000;
      await get(upstream, list);
      expect(identifiers(await get(upstream, list))).toHaveLength(100);
    }
  });

  it('cached pages are the same pages, and go when the corpus changes', async () => {
    const plain = createUpstream({ kind: 'arxiv', now: () => noon, records: 100, pageSize: 30 });
    const cached = createUpstream({
      kind: 'arxiv',
      now: () => noon,
      records: 100,
      pageSize: 30,
      cachePages: true,
    });
    const wanted = await walk(plain, 'verb=ListRecords&metadataPrefix=arXiv');
    expect(await walk(cached, 'verb=ListRecords&metadataPrefix=arXiv')).toEqual(wanted);
    expect(await walk(cached, 'verb=ListRecords&metadataPrefix=arXiv')).toEqual(wanted);
    const [id = ''] = identifiers(wanted[0] ?? '');
    cached.newVersion(id);
    expect(identifiers(await get(cached, list))).not.toContain(id);
  });

  it('holds a million records and makes a page of them on demand', async () => {
    const upstream = createUpstream({ kind: 'arxiv', now: () => noon, records: 1_000_000, pageSize: 100 });
    expect(upstream.ledger.entries[0]).toMatchObject({ type: 'truth', count: 1_000_000 });
    expect(upstream.ledger.entries[0]).not.toHaveProperty('records');
    expect(identifiers(await get(upstream, `${list}&from=2026-11-19`))).toHaveLength(100);
  });

  it('is told what to do by JSON, and says what it does not understand', () => {
    const upstream = createUpstream({ kind: 'oai-pmh', now: () => noon, records: 10 });
    expect(control(upstream, '{"do":"addRecords","count":2}')).toEqual([
      'oai:repo.example:11',
      'oai:repo.example:12',
    ]);
    expect(control(upstream, '{"do":"restamp","ids":["oai:repo.example:1"]}')).toEqual([
      'oai:repo.example:1',
    ]);
    expect(control(upstream, '{"do":"arm","fault":"500@1"}')).toBeNull();
    expect(control(upstream, '{"do":"pending"}')).toEqual(['500']);
    expect(control(upstream, '{"do":"truth"}')).toHaveLength(12);
    expect(() => control(upstream, '{"do":"toString"}')).toThrow('there is no action');
    expect(() => control(upstream, '{"do":"remove","id":"oai:repo.example:99"}')).toThrow(
      'there is no record',
    );
  });

  it('refuses options that contradict the kind', () => {
    expect(() => createUpstream({ kind: 'biorxiv', now: () => noon, restamp: 1 })).toThrow(
      'no modification stamp',
    );
  });

  it('very long lists of authors, long abstracts and titles that look like numbers occur', async () => {
    const upstream = createUpstream({ kind: 'arxiv', now: () => noon, records: 5100, pageSize: 6000 });
    const page = await get(upstream, list);
    expect(
      Math.max(...page.split('<record>').map((record) => record.split('<author>').length)),
    ).toBeGreaterThan(700);
    expect(Math.max(...page.split('<abstract>').map((text) => text.indexOf('</abstract>')))).toBeGreaterThan(
      5000,
    );
    expect(page).toContain('<title>0</title>');
    expect(page).toContain('<title>1e5</title>');
  });
});
