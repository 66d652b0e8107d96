import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Day } from '../model/day.ts';
import { cleanText } from '../model/normalise.ts';
import type { DayRange } from '../model/window.ts';
import type { Answer } from '../transport/port.ts';
import type { PageRequest, Reading, Source } from './port.ts';

/** A record that a driver puts into a page. */
export interface SampleRecord {
  readonly id: string;
  readonly datestamp: string;
  readonly title: string;
}

/** What the suite must know of a connector. */
export interface SourceDriver {
  readonly name: string;
  readonly contentType: string;
  readonly stream: string;
  /** A closed range that ended before `today`. */
  readonly range: DayRange;
  readonly today: Day;
  create(): Source;
  /** Ids of this source, among them those that look like numbers. */
  readonly ids: fc.Arbitrary<string>;
  /** A whole and sound answer to a look-1 request with these records; `more`: the list goes on behind it. */
  page(request: PageRequest, records: readonly SampleRecord[], more: boolean): Uint8Array;
  /** What may not be asked: a sentence when the URL asks it. */
  forbidden(url: URL): string | null;
}

/** Texts that break what is careless with them; every one is legal in XML 1.0 and JSON. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  ']]>',
  '<![CDATA[x]]></record></ListRecords></OAI-PMH>',
  '<!-- </OAI-PMH> -->',
  `"'&<>&amp;&lt;&#60;`,
  '&nbsp; &unknown; & bare',
  '=HYPERLINK("http://x")',
  "'; DROP TABLE papers; --",
  '__proto__',
  'constructor',
  '0',
  '1e5',
  '0123',
  'null',
  'NaN',
  '\u202Egnirts\u202C \u200B\uFEFFx',
  '漢字 Кириллица 𝔸𝔹 e\u0301 ﬁ',
  '{"a":[1,2]}',
  '\\u0041\\n\\"',
  `${'long '.repeat(2000)}end`,
];

const FOREIGN_BODIES: readonly string[] = [
  '',
  '   \n',
  'null',
  'true',
  '0',
  '""',
  '[]',
  '{}',
  'garbage',
  '<',
  '<html><head><title>Sign in</title></head><body>Welcome to Hotel WiFi</body></html>',
  '<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>',
  '<?xml version="1.0"?><rss version="2.0"><channel/></rss>',
  'Error : (2002) Connection refused',
];

const THROTTLE_BODIES = ['Rate exceeded.', 'Rate exceeded.\n', 'Too Many Requests', 'error code: 1015'];

/** The suite that every connector passes. */
export function describeSource(driver: SourceDriver): void {
  describe(`${driver.name}, as every source`, () => {
    describe('asks', () => describeRequests(driver));
    describe('reads', () => describeReading(driver));
    describe('refuses', () => describeRefusals(driver));
  });
}

function describeRequests(driver: SourceDriver): void {
  const source = driver.create();
  const { stream, range, today } = driver;
  const open = { from: range.from, to: null };
  const requests = [range, open].flatMap((each) => [
    ...[1, 2, 3, 4].map((look) => source.first(stream, each, look, today)),
    ...[1, 2, 3].map((look) => source.resume(stream, each, look, range.from, today)),
    source.confirmEmpty(stream, each, today),
  ]);

  it('nothing that the upstream forbids', () => {
    for (const { url } of requests) expect(driver.forbidden(new URL(url)), url).toBeNull();
  });

  it('with requests that survive as JSON, since they are part of the durable cursor', () => {
    for (const request of requests) expect(JSON.parse(JSON.stringify(request))).toStrictEqual(request);
  });

  it('the same for the same range every time', () => {
    const again = driver.create();
    expect(again.first(stream, range, 1, today)).toStrictEqual(source.first(stream, range, 1, today));
  });

  it('another URL in every later look than in the first', () => {
    const first = source.first(stream, range, 1, today).url;
    for (const look of [2, 3, 4]) expect(source.first(stream, range, look, today).url).not.toBe(first);
  });

  it('in an audit, where there is one, with other URLs than the harvest and the audit before, and nothing forbidden', () => {
    const closed = { from: range.from, to: range.to ?? today };
    // Counts are asked of intervals that no harvest has.
    const isList = source.inventory?.method === 'identifiers';
    const harvest = new Set(isList ? requests.map(({ url }) => url) : []);
    for (let turn = 1; turn <= 8; turn += 1) {
      const [now, before] = [turn, turn - 1].map((each) => inventoryRequests(source, closed, each, today));
      for (const request of now ?? []) {
        expect(driver.forbidden(new URL(request.url)), request.url).toBeNull();
        expect(JSON.parse(JSON.stringify(request))).toStrictEqual(request);
      }
      const first = now?.[0];
      if (first === undefined) continue;
      expect(harvest.has(first.url), first.url).toBe(false);
      expect(before?.[0]?.url).not.toBe(first.url);
      expect(inventoryRequests(driver.create(), closed, turn, today)).toStrictEqual(now);
    }
  });

  it('for numbers that nobody listed within its size of a request, each by the identifier that has it', () => {
    const { inventory } = source;
    const dense = inventory?.method === 'identifiers' ? inventory.dense : null;
    if (dense === null) return;
    fc.assert(
      fc.property(driver.ids, (id) => {
        const place = dense.place(id);
        if (place !== null) expect(dense.id(place.series, place.number)).toBe(id);
      }),
    );
    const ids = Array.from({ length: dense.batch }, (_, number) => dense.id('2301', number + 1));
    expect(new Set(ids).size).toBe(dense.batch);
    const { url } = dense.probe(ids);
    expect(url.length).toBeLessThan(8_000);
    for (const id of ids) expect(decodeURIComponent(url)).toContain(id);
  });

  it('for every id as it is, encoded once', () => {
    fc.assert(
      fc.property(driver.ids, (id) => {
        const request = source.record(id);
        if (request === null) return;
        expect(driver.forbidden(new URL(request.url))).toBeNull();
        expect(decodeURIComponent(request.url)).toContain(id);
      }),
    );
  });
}

/** What an audit of a range asks first, or after a list broke off; without an inventory nothing. */
function inventoryRequests(
  { inventory }: Source,
  range: { readonly from: Day; readonly to: Day },
  turn: number,
  today: Day,
): readonly PageRequest[] {
  if (inventory === undefined) return [];
  if (inventory.method === 'counts') return [inventory.count(range, turn)];
  return [inventory.first(range, turn, today), inventory.resume(range, turn, range.from, today)];
}

function describeReading(driver: SourceDriver): void {
  const { read, first, sample } = helpers(driver);

  it('a page with the same result every time, and leaves its bytes alone', () => {
    const body = driver.page(first, sample(3), true);
    const before = new Uint8Array(body);
    expect(read(body)).toStrictEqual(read(body));
    expect(new Uint8Array(body)).toStrictEqual(before);
  });

  it('a body that is a view into a larger buffer', () => {
    const body = driver.page(first, sample(2), true);
    const larger = new Uint8Array(body.length + 40).fill(0x3c);
    larger.set(body, 17);
    expect(read(larger.subarray(17, 17 + body.length))).toStrictEqual(read(body));
  });

  it('all records of a page, and where the list goes on', () => {
    for (const more of [true, false]) {
      for (const count of [1, 2, 7]) {
        const records = sample(count);
        const page = expectPage(read(driver.page(first, records, more)));
        expect(page.items.map(({ id }) => id)).toStrictEqual(records.map(({ id }) => id));
        expect(page.count).toBe(count);
        expect(page.next !== null).toBe(page.end === 'more');
        if (more) expect(page.end).toBe('more');
        if (page.next !== null) {
          expect(page.next.continues).toBe(true);
          expect(driver.forbidden(new URL(page.next.url)), page.next.url).toBeNull();
          expect(JSON.parse(JSON.stringify(page.next))).toStrictEqual(page.next);
        }
      }
    }
  });

  it('ids as text, unchanged', () => {
    fc.assert(
      fc.property(fc.uniqueArray(driver.ids, { minLength: 1, maxLength: 5 }), (ids) => {
        const records = ids.map((id) => ({ ...sample(1)[0]!, id }));
        const page = expectPage(read(driver.page(first, records, false)));
        expect(page.items.map(({ id }) => id)).toStrictEqual(ids);
        for (const { id } of page.items) expect(id).not.toBe('');
      }),
      { numRuns: 50 },
    );
  });

  it('hostile text intact', () => {
    for (const title of HOSTILE_TEXTS) {
      const page = expectPage(read(driver.page(first, [{ ...sample(1)[0]!, title }], false)));
      const item = page.items[0];
      expect(item?.type === 'paper' ? item.fields.title : item).toBe(cleanText(title));
    }
  });

  it('places that are where the record stands', () => {
    const records = sample(4).map((record) => ({ ...record, title: `é漢𝔸 ${record.title}` }));
    const body = driver.page(first, records, true);
    for (const item of expectPage(read(body)).items) {
      if (item.place === null) continue;
      const { offset, length } = item.place;
      const again = driver.create().redrive(body.subarray(offset, offset + length), driver.contentType);
      expect(again.map(({ id }) => id)).toStrictEqual([item.id]);
    }
  });
}

function describeRefusals(driver: SourceDriver): void {
  const { read, first, sample } = helpers(driver);

  it('a page that is cut anywhere', () => {
    const titles = ['plain', ...HOSTILE_TEXTS.slice(0, 6)];
    const records = sample(titles.length).map((record, index) => ({ ...record, title: titles[index]! }));
    for (const more of [true, false]) {
      const body = driver.page(first, records, more);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: body.length - 1 }), (length) => {
          expect(read(body.subarray(0, length))).toMatchObject({ type: 'broken' });
        }),
        { numRuns: 300, examples: [[body.length - 1], [0], [1]] },
      );
    }
  });

  it.each(FOREIGN_BODIES)('%j as no answer of its protocol', (text) => {
    for (const contentType of [driver.contentType, 'text/html']) {
      expect(read(Buffer.from(text), 200, { 'content-type': contentType })).toMatchObject({ type: 'broken' });
    }
  });

  it('bytes of any kind, without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(read(bytes).type).not.toBe('page');
      }),
    );
  });

  it.each(THROTTLE_BODIES)('%j as a throttle under whatever status', (text) => {
    for (const status of [200, 403, 429, 500, 503]) {
      expect(read(Buffer.from(text), status)).toMatchObject({ type: 'throttled' });
    }
  });

  it('429, and 503 with Retry-After, as a throttle', () => {
    expect(read(Buffer.from('<html></html>'), 429)).toMatchObject({ type: 'throttled' });
    expect(read(Buffer.from(''), 503, { 'retry-after': '60' })).toMatchObject({ type: 'throttled' });
  });

  it('406 as a throttle once a like request was answered', () => {
    const answer = answerOf(driver, Buffer.from(''), 406);
    expect(driver.create().read(first, answer, { answeredBefore: true })).toMatchObject({
      type: 'throttled',
    });
  });

  it('a server error, though its body were a page', () => {
    const body = driver.page(first, sample(2), false);
    for (const status of [500, 502, 503, 504]) {
      expect(read(body, status)).toMatchObject({ type: 'broken', code: `ERR_HTTP_${status}` });
    }
  });

  it('404 and 410 without asking again', () => {
    for (const status of [404, 410])
      expect(read(Buffer.from('gone'), status)).toMatchObject({ type: 'refused' });
  });
}

interface Helpers {
  readonly first: PageRequest;
  readonly read: (body: Uint8Array, status?: number, headers?: Record<string, string>) => Reading;
  readonly sample: (count: number) => readonly SampleRecord[];
}

function helpers(driver: SourceDriver): Helpers {
  const first = driver.create().first(driver.stream, driver.range, 1, driver.today);
  return {
    first,
    read: (body, status = 200, headers = {}) =>
      driver.create().read(first, answerOf(driver, body, status, headers), { answeredBefore: false }),
    sample: (count) =>
      fc
        .sample(fc.uniqueArray(driver.ids, { minLength: count, maxLength: count }), {
          numRuns: 1,
          seed: count,
        })[0]!
        .map((id, index) => ({ id, datestamp: driver.range.from, title: `Paper ${index}` })),
  };
}

function answerOf(
  driver: SourceDriver,
  body: Uint8Array,
  status: number,
  headers: Record<string, string> = {},
): Answer {
  const receivedAt = Date.parse('2026-09-01T00:00:00Z');
  return {
    url: 'http://upstream.test/',
    status,
    headers: { 'content-type': driver.contentType, ...headers },
    body,
    receivedAt,
  };
}

function expectPage(reading: Reading): Extract<Reading, { type: 'page' }> {
  expect(reading).toMatchObject({ type: 'page', bad: [] });
  if (reading.type !== 'page') throw new Error('no page');
  return reading;
}
