import { describe, expect, it } from 'vitest';
import { get, identifiers, noon, tokenOf } from '../../test/support/client.ts';
import { createUpstream, type Upstream } from '../index.ts';

const source = (options: { cdn?: boolean; now?: () => number } = {}): Upstream =>
  createUpstream({ kind: 'arxiv', records: 200, pageSize: 20, now: () => noon, ...options });
const error = (text: string): string | undefined => /<error code='(\w+)'>/.exec(text)?.[1];
const list = 'verb=ListRecords&metadataPrefix=arXiv';

describe('requests to the arXiv simulator', () => {
  it.each([
    [`${list}&from=2005-09-15`, 'badArgument', 'start date too early'],
    [`${list}&until=2026-11-21`, 'badArgument', 'until date too late'],
    [
      `${list}&from=2026-11-05&until=2026-11-04`,
      'badArgument',
      'until date must be greater than or equal to from date',
    ],
    [`${list}&from=2026-11-21`, 'badArgument', 'until date must be greater than or equal to from date'],
    [`${list}&from=2026-11-01T00:00:00Z`, 'badArgument', 'from date format must be YYYY-MM-DD'],
    [`${list}&from=2026-02-30`, 'badArgument', 'from date format must be YYYY-MM-DD'],
    [`${list}&_=1`, 'badArgument', 'Unallowed parameter'],
    [`${list}&from=2026-11-01&from=2026-11-01`, 'badArgument', 'Duplicate parameters not allowed'],
    [`${list}&resumptionToken=x`, 'badArgument', 'resumptionToken'],
    [`${list}&set=nonsense`, 'badArgument', 'Set does not exist'],
    [
      'verb=ListRecords&resumptionToken=nonsense',
      'badResumptionToken',
      'Token decoding failed or format is invalid.',
    ],
    ['verb=ListRecords&resumptionToken=%25E0%25A4%25A', 'badResumptionToken', 'Token decoding failed'],
    [
      'verb=ListIdentifiers&resumptionToken=verb%253DListRecords%2526metadataPrefix%253DarXiv%2526skip%253D5',
      'badResumptionToken',
      'token from different verb',
    ],
    [
      'verb=ListRecords&resumptionToken=verb%253DListRecords%2526metadataPrefix%253DarXiv%2526skip%253Dfive',
      'badArgument',
      'invalid parameters',
    ],
    [
      'verb=ListRecords&resumptionToken=verb%253DListRecords%2526metadataPrefix%253DarXiv%2526from%253D2026-1%2526skip%253D5',
      'badArgument',
      'from date format',
    ],
    [
      'verb=ListRecords&resumptionToken=verb%253DListRecords%2526metadataPrefix%253DarXiv%2526skip%253D5000',
      'noRecordsMatch',
      'No records match',
    ],
    [`${list}&from=2026-11-20`, 'noRecordsMatch', 'No records match'],
    [
      'verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:9999.99999',
      'idDoesNotExist',
      'nothing found',
    ],
    ['verb=ListRecords&metadataPrefix=marc', 'cannotDisseminateFormat', 'does not exist'],
    ['verb=Harvest', 'badVerb', 'Invalid verb'],
  ])('%s is %s', async (query, code, reason) => {
    const text = await get(source(), `/oai?${query}`);
    expect(error(text)).toBe(code);
    expect(text).toContain(reason);
    if (code === 'badArgument' || code === 'badVerb') expect(text).toContain('<request>http');
  });

  it('takes a POST like a GET, and a token of old without a word', async () => {
    let now = noon;
    const upstream = source({ now: () => now });
    const reply = await upstream.handle({ method: 'POST', url: '/oai', headers: {}, body: list });
    const token = tokenOf(Buffer.from(reply.body).toString()) ?? '';
    expect(decodeURIComponent(token)).toMatch(/skip=\d+/);
    now += 10 * 86_400_000;
    expect(
      error(await get(upstream, `/oai?verb=ListRecords&resumptionToken=${encodeURIComponent(token)}`)),
    ).toBeUndefined();
  });

  it('echoes the next from on a first page with a token', async () => {
    const text = await get(source(), `/oai?${list}&from=2026-10-31`);
    expect(/<request[^>]*from="([^"]*)"/.exec(text)?.[1]).not.toBe('2026-10-31');
  });

  it('filters by group, archive and category', async () => {
    const all = identifiers(await get(source(), '/oai?verb=ListIdentifiers&metadataPrefix=arXiv')).length;
    for (const set of ['cs', 'cs:cs', 'physics', 'physics:hep-th', 'math:math:NA']) {
      const some = identifiers(
        await get(source(), `/oai?verb=ListIdentifiers&metadataPrefix=arXiv&set=${set}`),
      ).length;
      expect(some).toBeGreaterThan(0);
      expect(some).toBeLessThan(all);
    }
  });

  it('shows a new version, a withdrawal and a journal by a new datestamp', async () => {
    const upstream = source();
    const [a = '', b = '', c = ''] = [...upstream.truth()].map((record) => record.id);
    upstream.newVersion(a);
    upstream.withdraw(b);
    upstream.publishInJournal(c);
    const text = await get(upstream, '/oai?verb=ListRecords&metadataPrefix=arXivRaw&from=2026-11-20');
    expect(identifiers(text).toSorted()).toEqual([a, b, c].toSorted());
    expect(text).toMatch(/<source_type>S?I<\/source_type>/);
    expect(text).toContain('<doi>');
    expect([...upstream.truth()].find((record) => record.id === a)?.version).not.toBe('1');
    expect(() => upstream.remove(a)).toThrow('never signals a deletion');
  });

  it('numbers new records on from where the month stands', () => {
    const upstream = source();
    const november = [...upstream.truth()]
      .map((record) => record.id)
      .filter((id) => id.startsWith('2611.')).length;
    expect(upstream.addRecords(2)).toEqual([
      `2611.${String(november + 1).padStart(5, '0')}`,
      `2611.${String(november + 2).padStart(5, '0')}`,
    ]);
  });

  it('the cache keeps an error until midnight although records have come, and lists until the announcement', async () => {
    let now = noon;
    const upstream = source({ cdn: true, now: () => now });
    const today = `/oai?${list}&from=2026-11-20`;
    const open = '/oai?verb=ListIdentifiers&metadataPrefix=arXiv&from=2026-11-18';
    expect(error(await get(upstream, today))).toBe('noRecordsMatch');
    await get(upstream, open);
    const [added = ''] = upstream.addRecords(1);
    expect(error(await get(upstream, today))).toBe('noRecordsMatch');
    expect((await upstream.handle({ method: 'GET', url: today, headers: {} })).headers).toMatchObject({
      'x-cache': 'HIT',
    });
    expect(identifiers(await get(upstream, open))).toContain(added);
    now = Date.parse('2026-11-21T00:00:00Z');
    expect(identifiers(await get(upstream, today))).toEqual([added]);
  });
});
