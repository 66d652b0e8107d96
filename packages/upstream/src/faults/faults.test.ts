import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchRaw, noon, tokenOf, type Seen } from '../../test/support/client.ts';
import { createUpstream, faults, kinds, serve, type Kind, type Listening, type Upstream } from '../index.ts';

let listening: Listening | undefined;
afterEach(() => listening?.close());

async function start(kind: Kind, fault: string): Promise<Upstream> {
  const upstream = createUpstream({
    kind,
    now: () => noon,
    records: 60,
    pageSize: 6,
    seed: 5,
    faults: [fault],
    slowMs: 5,
    dripBytesPerSecond: 1_000_000,
    recordBytes: 300,
  });
  await listening?.close();
  listening = await serve(upstream);
  return upstream;
}

/** Asks for pages until the fault has fired; gives what was seen then. */
async function walkUntil(
  upstream: Upstream,
  name: string,
  headers: Record<string, string> = {},
): Promise<Seen> {
  const origin = listening?.origin ?? '';
  const oai = upstream.kind === 'arxiv' || upstream.kind === 'oai-pmh';
  const category = upstream.kind === 'biorxiv' ? 'cell_biology' : 'oncology';
  const first = oai
    ? '/oai?verb=ListRecords&metadataPrefix=oai_dc&until=2026-11-19'
    : `/details/${upstream.kind}/2026-10-31/2026-11-20/0/json?category=${category}`;
  const prefix = name === 'category-echo' || oai ? first : first.replace(/\?.*/, '');
  let url = prefix;
  let cursor = 0;
  for (let step = 0; step < 40; step += 1) {
    const seen = await fetchRaw(origin + url, headers);
    if (upstream.ledger.fired(name) > 0) return seen;
    const text = seen.body.toString();
    const token = tokenOf(text);
    cursor += 6;
    // `until-too-late` needs a request with an until: every walk begins anew there.
    const again = name === 'until-too-late' || token === undefined || token === '';
    if (oai) url = again ? first : `/oai?verb=ListRecords&resumptionToken=${encodeURIComponent(token)}`;
    else
      url = text.includes('"no posts found"')
        ? ((cursor = 0), prefix)
        : prefix.replace('/0/json', `/${cursor}/json`);
  }
  throw new Error(`${name} did not fire`);
}

const table = faults.flatMap((fault) => fault.kinds.map((kind) => ({ name: fault.name, kind, fault })));

describe('every fault', () => {
  it('has a name of its own, a sentence and at least one kind', () => {
    expect(new Set(faults.map((fault) => fault.name)).size).toBe(faults.length);
    for (const fault of faults) {
      expect(fault.about).toMatch(/^[^]+\.$/);
      expect(fault.kinds.length).toBeGreaterThan(0);
    }
  });

  it('is in the table of the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const listed = [...readme.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map((match) => match[1]);
    expect(listed).toEqual(expect.arrayContaining(faults.map((fault) => fault.name)));
  });

  it.each(table)('$name fires against $kind, once, and is in the ledger', async ({ name, kind, fault }) => {
    const upstream = await start(kind, `${name}@3`);
    expect(upstream.pending()).toEqual([name]);
    await walkUntil(upstream, name);
    // The response line is written when the connection is over.
    await listening?.close();
    const fired = upstream.ledger.entries.filter((entry) => entry.type === 'fault');
    expect(fired).toMatchObject([{ name, page: expect.any(Number) as number }]);
    expect(fired[0]?.page).toBeGreaterThanOrEqual(3);
    expect(upstream.pending()).toEqual([]);
    const response = upstream.ledger.entries.find(
      (entry) => entry.type === 'response' && entry.n === fired[0]?.n,
    );
    expect(response).toMatchObject({ fault: name });
    if (!fault.delivers) expect(response).toMatchObject({ ids: 0 });
    expect(kinds).toContain(kind);
  });
});

describe('what a client sees of a fault', () => {
  const see = async (name: string, headers: Record<string, string> = {}): Promise<Seen> => {
    const upstream = await start('arxiv', `${name}@1`);
    return walkUntil(upstream, name, headers);
  };

  it.each([
    ['tcp-reset', 'ECONNRESET'],
    ['early-close', 'ECONNRESET'],
    ['never-answers', 'waited'],
    ['stall-mid-body', 'waited'],
    ['body-cut-reset', 'ECONNRESET'],
    ['body-cut-close', 'ECONNRESET'],
    ['chunked-cut', 'ECONNRESET'],
    ['http-garbage', 'HPE_INVALID_CONSTANT'],
    ['header-overflow', 'HPE_HEADER_OVERFLOW'],
  ])('%s is the error %s', async (name, code) => {
    expect((await see(name)).error).toBe(code);
  });

  it.each(['body-cut-valid', 'no-length-cut'])('%s looks complete and has no end', async (name) => {
    const seen = await see(name);
    expect(seen).toMatchObject({ status: 200, complete: true });
    expect(seen.body.length).toBeGreaterThan(500);
    expect(seen.body.toString()).not.toContain('</OAI-PMH>');
  });

  it.each(['slow-first-byte', 'stall-then-rest', 'slow-drip'])('%s ends well', async (name) => {
    const upstream = await start('arxiv', `${name}@1`);
    const seen = await fetchRaw(`${listening?.origin}/oai?verb=ListRecords&metadataPrefix=arXiv`, {}, 5000);
    expect(upstream.ledger.fired(name)).toBe(1);
    expect(seen).toMatchObject({ status: 200, complete: true });
    expect(seen.body.toString()).toContain('</OAI-PMH>');
  });

  it('gzip comes whole when asked for, cut, with a bad checksum, or not at all', async () => {
    const accept = { 'accept-encoding': 'gzip' };
    const whole = await see('duplicate-page', accept);
    expect(whole.headers?.['content-encoding']).toBe('gzip');
    expect(gunzipSync(whole.body).toString()).toContain('</OAI-PMH>');
    for (const [name, error] of [
      ['gzip-truncated', /unexpected end/],
      ['gzip-bad-crc', /incorrect data check/],
      ['gzip-mislabelled', /incorrect header/],
    ] as const) {
      const seen = await see(name, accept);
      expect(seen).toMatchObject({ status: 200, complete: true });
      expect(seen.headers?.['content-encoding']).toBe('gzip');
      expect(() => gunzipSync(seen.body)).toThrow(error);
    }
  });

  it('Retry-After comes in every form', async () => {
    const header = async (name: string): Promise<unknown> => (await see(name)).headers?.['retry-after'];
    expect(await header('503-retry-after')).toBe('1');
    expect(await header('429-retry-after-date')).toBe('Fri, 20 Nov 2026 12:00:01 GMT');
    expect(await header('retry-after-date-past')).toBe('Fri, 20 Nov 2026 11:00:00 GMT');
    expect(await header('retry-after-huge')).toBe('1000000000');
    expect(await header('429')).toBeUndefined();
  });

  it('a redirect leads to the right answer, a loop to itself, a captive portal to HTML', async () => {
    const away = await see('redirect');
    const there = await fetchRaw(`${listening?.origin}${String(away.headers?.['location'])}`);
    expect(there.body.toString()).toContain('</ListRecords>');
    const loop = await see('redirect-loop');
    expect(String(loop.headers?.['location'])).toMatch(/^\/oai\?verb=ListRecords/);
    const portal = await see('redirect-login-html');
    const login = await fetchRaw(`${listening?.origin}${String(portal.headers?.['location'])}`);
    expect(login).toMatchObject({ status: 200 });
    expect(login.body.toString()).toContain('sign-in');
  });
});
