import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../datasets/forms/number-text.ts';
import { contentJson } from '../../model/row-write.ts';
import { readLine } from '../read-line.ts';
import { QuickSnapshot, roomFor } from './quick-snapshot.ts';

const TODAY = '2026-01-01';

/** What the quick way makes of a line: the paper and its text; null when it leaves the line to the long way. */
function quickly(line: string, quick = new QuickSnapshot(TODAY)) {
  // Other lines stand around it, and nothing may be read or written beyond.
  const bytes = Buffer.from(`{"x"\n${line}\n{"id":"`);
  const [from, to] = [5, 5 + Buffer.byteLength(line)];
  const out = Buffer.alloc(7 + roomFor(to - from) + 1, 0xaa);
  const paper = quick.read(bytes, from, to, out, 7);
  expect([...out.subarray(0, 7), out.at(-1)]).toEqual(Array.from({ length: 8 }, () => 0xaa));
  if (paper === null) return null;
  const { id, version, datestamp, length } = paper;
  return { id, version, datestamp, json: out.toString('utf8', 7, 7 + length) };
}

/** The same by the way of all other lines; null when it is no JSON. */
function slowly(line: string) {
  let values: unknown;
  try {
    values = parseJson(line);
  } catch {
    return 'no JSON';
  }
  const mapped = readLine(values as Record<string, unknown>, TODAY);
  if (mapped.type === 'refused') return mapped.code;
  const { item, home, repaired } = mapped;
  expect({ home, repaired, unknown: item.unknown, imported: item.imported }).toEqual({
    home: { kind: 'arxiv' },
    repaired: false,
    unknown: ['withdrawn'],
    imported: true,
  });
  const { id, fields, datestamp } = item;
  return { id, version: fields.version, datestamp, json: contentJson(fields) };
}

const text = (strings: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(strings, { maxLength: 40 }).map((parts) => parts.join(''));
const plain = text(
  fc.constantFrom(
    'a',
    'word',
    ' ',
    '  ',
    '\n',
    '\n  ',
    '\t',
    '\r',
    '\f',
    '$\\alpha$',
    '"',
    '/',
    '\\',
    '\b',
    'é',
    'Ł',
    'ễ',
    '“',
    '–',
    'μ',
    '漢',
    '\u007f',
  ),
);
const odd = text(
  fc.constantFrom(
    'a',
    ' ',
    '\0',
    '\u00a0',
    '\u2003',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\u1680',
    '😀',
    '\v',
    '\ud800',
  ),
);
/** Mostly what is common; lines of which any part is rare are left to the long way. */
const mostly = <T>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 29, arbitrary: common }, { weight: 1, arbitrary: rare });
const value = mostly(plain, odd);
const title = mostly(
  plain.map((rest) => `T${rest}`),
  odd,
);
const orNull = fc.option(value, { freq: 4 });
const ids = mostly(
  fc.constantFrom('0704.0001', '2301.00001', '2512.123456', 'hep-th/0408048'),
  fc.constantFrom('704.1', '2301.1', '2301.00001v2', 'math.GT/0309136', 'oai:arXiv.org:2301.00001'),
);
const dates = mostly(
  fc.constantFrom(
    'Mon, 2 Apr 2007 19:18:42 GMT',
    'Sun, 29 Feb 2004 00:00:00 GMT',
    'Fri, 01 Jul 2011 10:00:00 GMT',
  ),
  fc.constantFrom('Tue, 31 Feb 2004 00:00:00 GMT', '2011-07-01', ''),
);
const numbers = mostly(
  fc.constantFrom('v1', 'v2', 'v3', 'v12', 'v100'),
  fc.constantFrom('v0', '2', 'v1000', 'x'),
);
const version = fc.record({ version: numbers, created: dates });
const days = mostly(
  fc.constantFrom('2008-11-26', '2024-02-29', '2025-12-31'),
  fc.constantFrom('2023-02-29', '2026-01-02', '2030-01-01', ''),
);
const common = {
  id: ids,
  submitter: orNull,
  authors: orNull,
  title,
  comments: orNull,
  'journal-ref': orNull,
  doi: orNull,
  'report-no': orNull,
  categories: mostly(
    fc.constantFrom('hep-ph', 'math.CO cs.CG', ' cs.LG  cs.LG stat.ML', ''),
    fc.constantFrom('a\tb', 'é b'),
  ),
  license: fc.constantFrom(null, 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/'),
  abstract: value,
  versions: fc.array(version, { minLength: 1, maxLength: 4 }),
  update_date: days,
  authors_parsed: fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
};
const lines = fc
  .tuple(
    fc.record(common, {
      requiredKeys: ['id', 'title', 'versions', 'update_date', 'authors_parsed', 'categories'],
    }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([values, escaped, turned]) => {
    const json = JSON.stringify(turned ? Object.fromEntries(Object.entries(values).reverse()) : values);
    // As Python writes it.
    return escaped
      ? json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : json;
  });

test('what is read in bytes is what is read the long way, or is left to it', () => {
  const quick = new QuickSnapshot(TODAY);
  let taken = 0;
  fc.assert(
    fc.property(lines, (line) => {
      const found = quickly(line, quick);
      if (found === null) return;
      taken += 1;
      expect(found).toEqual(slowly(line));
    }),
    { numRuns: process.env['HOLDFAST_TEST_FULL'] === '1' ? 50_000 : 1_500 },
  );
  expect(taken).toBeGreaterThan(300);
});

const VERSIONS = [
  { version: 'v1', created: 'Mon, 2 Apr 2007 19:18:42 GMT' },
  { version: 'v2', created: 'Tue, 24 Jul 2007 20:10:27 GMT' },
];
const LINE = JSON.stringify({
  id: '0704.0001',
  submitter: 'Pavel Nadolsky',
  authors: "C. Bal\\'azs, E. L. Berger",
  title: 'Calculation of prompt diphoton\n  production',
  comments: '37 pages, 15 figures',
  'journal-ref': null,
  doi: '10.1103/PhysRevD.76.013009',
  'report-no': 'ANL-HEP-PR-07-12',
  categories: 'hep-ph',
  license: null,
  abstract: '  A fully "differential" calculation.\n',
  versions: VERSIONS,
  update_date: '2008-11-26',
  authors_parsed: [
    ['Balázs', 'C.', '', 'ANL', 'IIT'],
    ['Berger', 'E. L.', 'Jr.'],
  ],
});

test('a line as arXiv writes it is read in its bytes', () => {
  const found = quickly(LINE);
  expect(found).not.toBeNull();
  expect(found).toEqual(slowly(LINE));
  expect(found).toMatchObject({ id: '0704.0001', version: '2', datestamp: '2008-11-26' });
});

test('a line that is cut, damaged or has anything added is never taken for what it is not', () => {
  let left = 0;
  const changed = fc.tuple(
    fc.nat(LINE.length),
    fc.nat(3),
    fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\u0001',
      'x',
      ' ',
      '\\u00e9',
      '\\ud800',
      '"doi":null,',
    ),
  );
  fc.assert(
    fc.property(changed, ([at, gone, added]) => {
      const line = LINE.slice(0, at) + added + LINE.slice(at + gone);
      const found = quickly(line);
      if (found === null) left += 1;
      else expect(found).toEqual(slowly(line));
    }),
    { numRuns: 2_000 },
  );
  expect(left).toBeGreaterThan(100);
});
