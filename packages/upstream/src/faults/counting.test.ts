import { describe, expect, it } from 'vitest';
import { get, identifiers, noon, tokenOf, walk } from '../../test/support/client.ts';
import { createUpstream, parseFault, type Upstream, type UpstreamOptions } from '../index.ts';

function upstream(faults: readonly string[], options: Partial<UpstreamOptions> = {}): Upstream {
  return createUpstream({ kind: 'arxiv', now: () => noon, records: 50, pageSize: 5, faults, ...options });
}

const list = '/oai?verb=ListRecords&metadataPrefix=arXiv';
const status = async (source: Upstream, url: string): Promise<number> =>
  (await source.handle({ method: 'GET', url, headers: {} })).status;

describe('when a fault fires', () => {
  it('fires when PAGE - 1 pages have been served, and asking again asks for the same page', async () => {
    const source = upstream(['500@2', '502@3']);
    const seen: number[] = [];
    for (let i = 0; i < 5; i += 1) seen.push(await status(source, list));
    expect(seen).toEqual([200, 500, 200, 502, 200]);
    expect(source.ledger.entries.filter((entry) => entry.type === 'fault')).toMatchObject([
      { name: '500', page: 2, n: 2 },
      { name: '502', page: 3, n: 4 },
    ]);
  });

  it('fires TIMES times in a row, or for ever', async () => {
    const three = upstream(['503@2x3']);
    const ever = upstream(['503@2x*']);
    const seen = { three: [] as number[], ever: [] as number[] };
    for (let i = 0; i < 6; i += 1) {
      seen.three.push(await status(three, list));
      seen.ever.push(await status(ever, list));
    }
    expect(seen).toEqual({ three: [200, 503, 503, 503, 200, 200], ever: [200, 503, 503, 503, 503, 503] });
    expect(ever.pending()).toEqual([]);
  });

  it('counts each verb by itself', async () => {
    const source = upstream(['ListIdentifiers:500@1', 'Identify:503@2', 'any:404@4']);
    expect(await status(source, list)).toBe(200);
    expect(await status(source, '/oai?verb=ListIdentifiers&metadataPrefix=arXiv')).toBe(500);
    expect(await status(source, '/oai?verb=Identify')).toBe(200);
    expect(await status(source, '/oai?verb=Identify')).toBe(503);
    expect(await status(source, '/oai?verb=Identify')).toBe(200);
    expect(await status(source, '/oai?verb=ListSets')).toBe(404);
  });

  it('`second` means pages of which everything has been delivered by another URL', async () => {
    const source = upstream(['second:500@1']);
    await walk(source, 'verb=ListRecords&metadataPrefix=arXiv');
    expect(source.ledger.fired('500')).toBe(0);
    expect(await status(source, '/oai?verb=ListIdentifiers&metadataPrefix=arXiv')).toBe(500);
  });

  it('waits for a request that has what the fault needs', async () => {
    const source = upstream(['expired-token@1']);
    const first = await get(source, list);
    expect(first).toContain('</ListRecords>');
    const token = encodeURIComponent(tokenOf(first) ?? '');
    expect(await get(source, `/oai?verb=ListRecords&resumptionToken=${token}`)).toContain(
      'badResumptionToken',
    );
    expect(await get(source, `/oai?verb=ListRecords&resumptionToken=${token}`)).toContain('</ListRecords>');
  });

  it('a fault armed later counts from there, and can be disarmed', async () => {
    const source = upstream([]);
    await get(source, list);
    source.arm('500@2');
    expect([await status(source, list), await status(source, list)]).toEqual([200, 500]);
    source.arm('500@1x*');
    source.disarm('500');
    expect(await status(source, list)).toBe(200);
  });

  it.each([
    ['nonsense@1', 'there is no fault'],
    ['500', 'is not a fault'],
    ['500@0', 'is not a fault'],
    ['500@1x0', 'is not a fault'],
    ['json-null@1', 'does not apply to arxiv'],
    ['details:500@1', 'there is no scope'],
  ])('refuses %s', (text, message) => {
    expect(() => parseFault(text, 'arxiv')).toThrow(message);
  });
});

describe('faults that change the list', () => {
  it('token loops come back to where they were', async () => {
    const source = upstream(['token-loop-aba@1']);
    const tokens: (string | undefined)[] = [];
    let url = list;
    for (let i = 0; i < 4; i += 1) {
      const page = await get(source, url);
      tokens.push(tokenOf(page));
      url = `/oai?verb=ListRecords&resumptionToken=${encodeURIComponent(tokens.at(-1) ?? '')}`;
    }
    expect(tokens[2]).toBe(tokens[0]);
    expect(tokens[3]).toBe(tokens[1]);
  });

  it('same-token repeats the token of the request', async () => {
    const source = upstream(['same-token@2']);
    const first = tokenOf(await get(source, list));
    expect(
      tokenOf(await get(source, `/oai?verb=ListRecords&resumptionToken=${encodeURIComponent(first ?? '')}`)),
    ).toBe(first);
  });

  it('a short page and a page of one record lose nothing for whoever goes on', async () => {
    for (const kind of ['arxiv', 'oai-pmh'] as const) {
      const source = upstream(['short-page@2', 'one-record@4'], { kind });
      const prefix = kind === 'arxiv' ? 'arXiv' : 'oai_dc';
      const pages = await walk(source, `verb=ListRecords&metadataPrefix=${prefix}`);
      expect(pages.slice(0, 4).map((page) => identifiers(page).length)).toEqual([5, 2, 5, 1]);
      expect(new Set(pages.flatMap(identifiers)).size).toBe(50);
    }
  });

  it('an omitted range is missing from every list and comes back with its old datestamps', async () => {
    const source = upstream(['omitted-range@2'], { publishAfterRequests: 12, pageSize: 20, records: 60 });
    const before = [...source.truth()];
    const got = (await walk(source, 'verb=ListRecords&metadataPrefix=arXiv')).flatMap(identifiers);
    const hidden = source.ledger.entries.flatMap((entry) =>
      entry.type === 'change' && entry.reason === 'hide' ? [entry.id] : [],
    );
    expect(hidden).toHaveLength(2);
    expect(
      before
        .map((record) => record.id)
        .filter((id) => !got.includes(id))
        .toSorted(),
    ).toEqual(hidden.toSorted());
    for (let i = 0; i < 12; i += 1) await get(source, '/oai?verb=Identify');
    expect([...source.truth()]).toEqual(before);
  });

  it('a poison record fails every page that holds it, in both list verbs, until it is cured', async () => {
    const source = upstream(['poison-page@1'], { records: 20 });
    expect(await status(source, list)).toBe(500);
    const id = source.ledger.entries.flatMap((entry) => (entry.type === 'change' ? [entry.id] : []))[0] ?? '';
    expect(await status(source, list)).toBe(500);
    expect(await status(source, '/oai?verb=ListIdentifiers&metadataPrefix=arXiv')).toBe(500);
    expect(
      await status(source, `/oai?verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:${id}`),
    ).toBe(200);
    source.poison(id, true);
    expect(
      await status(source, `/oai?verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:${id}`),
    ).toBe(500);
    source.cure(id);
    expect(await status(source, list)).toBe(200);
  });

  it('one row fewer than announced, and a wrong complete list size', async () => {
    const source = upstream(['one-fewer-than-announced@1', 'lying-complete-list-size@2'], {
      kind: 'oai-pmh',
    });
    const pages = await walk(source, 'verb=ListRecords&metadataPrefix=oai_dc');
    expect(new Set(pages.flatMap(identifiers)).size).toBe(49);
    expect(pages.map((page) => /completeListSize="(\d+)"/.exec(page)?.[1])).toEqual([
      '50',
      '60',
      ...Array.from({ length: 8 }, () => '50'),
    ]);
  });
});
