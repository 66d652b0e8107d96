import { describe, expect, it } from 'vitest';
import { get, identifiers, noon, tokenOf, walk } from '../../test/support/client.ts';
import { metadataOf } from '../../test/support/schema.ts';
import { parseXml } from '../../test/support/xml.ts';
import { createUpstream, type Upstream, type UpstreamOptions } from '../index.ts';

const source = (options: Partial<UpstreamOptions> = {}): Upstream =>
  createUpstream({ kind: 'oai-pmh', records: 250, pageSize: 40, now: () => noon, ...options });
const error = (text: string): string | undefined => /<error code="(\w+)">/.exec(text)?.[1];
const list = 'verb=ListRecords&metadataPrefix=oai_dc';

describe('the generic repository', () => {
  it('gives every record once, with completeListSize, cursor and an empty token at the end', async () => {
    const pages = await walk(source(), list);
    expect(new Set(pages.flatMap(identifiers)).size).toBe(250);
    expect(pages.map((page) => /completeListSize="250" cursor="(\d+)"/.exec(page)?.[1])).toEqual([
      '0',
      '40',
      '80',
      '120',
      '160',
      '200',
      '240',
    ]);
    expect(tokenOf(pages.at(-1) ?? '')).toBe('');
  });

  it('loses nothing while records are stamped anew, added and deleted between pages', async () => {
    const upstream = source({ restamp: 7, oneStamp: 100 });
    const first = await get(upstream, `/oai?${list}`);
    const [added = ''] = upstream.addRecords(1);
    upstream.remove('oai:repo.example:200');
    const got = new Set([...identifiers(first), ...(await walk(upstream, list)).flatMap(identifiers)]);
    expect(got).toContain(added);
    expect([...upstream.truth()].filter((record) => !got.has(record.id))).toEqual([]);
  });

  it('deleted records have a header and no metadata, and the truth says so', async () => {
    const upstream = source();
    const deleted = [...upstream.truth()].filter((record) => record.deleted === true);
    expect(deleted.length).toBeGreaterThan(5);
    const pages = await walk(upstream, list);
    expect(pages.join('').match(/<header status="deleted">/g)).toHaveLength(deleted.length);
    expect(pages.flatMap(metadataOf)).toHaveLength(250 - deleted.length);
    upstream.newVersion(deleted[0]?.id ?? '');
    expect([...upstream.truth()].filter((record) => record.deleted === true)).toHaveLength(
      deleted.length - 1,
    );
  });

  it('refuses a token after its time, a token of another verb and a foreign one', async () => {
    let now = noon;
    const upstream = source({ now: () => now, tokenTtl: 1000 });
    const token = encodeURIComponent(tokenOf(await get(upstream, `/oai?${list}`)) ?? '');
    expect(error(await get(upstream, `/oai?verb=ListIdentifiers&resumptionToken=${token}`))).toBe(
      'badResumptionToken',
    );
    now += 999;
    expect(error(await get(upstream, `/oai?verb=ListRecords&resumptionToken=${token}`))).toBeUndefined();
    now += 1;
    expect(error(await get(upstream, `/oai?verb=ListRecords&resumptionToken=${token}`))).toBe(
      'badResumptionToken',
    );
    expect(error(await get(upstream, '/oai?verb=ListRecords&resumptionToken=abc'))).toBe(
      'badResumptionToken',
    );
  });

  it('knows seconds or days, and sets or none', async () => {
    const seconds = source();
    const stamp = [...seconds.truth()][100]?.datestamp ?? '';
    expect(stamp).toMatch(/T\d\d:\d\d:\d\dZ$/);
    expect(identifiers(await get(seconds, `/oai?${list}&from=${stamp}&until=${stamp}`))).toEqual([
      'oai:repo.example:101',
    ]);
    expect(error(await get(seconds, '/oai?verb=ListSets'))).toBe('noSetHierarchy');
    const days = source({ granularity: 'day', sets: 3 });
    expect([...days.truth()][0]?.datestamp).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(error(await get(days, `/oai?${list}&from=${stamp}`))).toBe('badArgument');
    const inSet = (await walk(days, `${list}&set=col_1`)).flatMap(identifiers);
    expect(inSet.every((id) => Number(id.split(':')[2]) % 3 === 2)).toBe(true);
    expect(inSet).toHaveLength(83);
  });

  it('answers in both formats and to the other verbs with well-formed documents', async () => {
    const upstream = source();
    for (const query of [
      'verb=ListRecords&metadataPrefix=mods',
      'verb=Identify',
      'verb=ListMetadataFormats',
      'verb=GetRecord&metadataPrefix=mods&identifier=oai:repo.example:3',
    ]) {
      const text = await get(upstream, `/oai?${query}`);
      parseXml(text);
      expect(error(text)).toBeUndefined();
    }
    expect(
      error(await get(upstream, '/oai?verb=GetRecord&metadataPrefix=mods&identifier=oai:repo.example:999')),
    ).toBe('idDoesNotExist');
    expect(error(await get(upstream, '/oai?verb=ListRecords&verb=Identify'))).toBe('badVerb');
  });
});
