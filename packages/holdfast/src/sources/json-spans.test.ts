import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSpanError, scanJson } from './json-spans.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const slice = (bytes: Uint8Array, span: { start: number; end: number } | undefined): unknown =>
  JSON.parse(new TextDecoder().decode(bytes.subarray(span?.start, span?.end)));

/** JSON printed with white space at every place where it is allowed. */
function spaced(value: unknown, space: string): string {
  if (Array.isArray(value))
    return `[${space}${value.map((each) => spaced(each, space)).join(`${space},${space}`)}${space}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, each]) => `${JSON.stringify(key)}${space}:${space}${spaced(each, space)}`,
    );
    return `{${space}${members.join(`${space},${space}`)}${space}}`;
  }
  return JSON.stringify(value);
}

const nasty = fc.constantFrom(
  '"',
  '\\',
  '\\"',
  '}',
  ']',
  '],',
  '{"',
  'é',
  '日本',
  '\u0000',
  '\n',
  '\u2028',
  '😀',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(nasty).map((parts) => parts.join('')),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const space = fc.constantFrom('', ' ', '\r\n\t', '  \n');
const document = fc.record(
  { messages: value, collection: fc.array(value, { maxLength: 6 }), '"odd\\': value },
  { requiredKeys: ['collection'] },
);

describe('the places of rows in a page', () => {
  it('are those of the elements that JSON.parse finds', () => {
    fc.assert(
      fc.property(document, space, fc.constantFrom('', '\uFEFF'), (object, blank, mark) => {
        const json = spaced(object, blank);
        const bytes = encode(`${mark}${blank}${json}${blank}`);
        const { members, elements } = scanJson(bytes, 'collection');
        const parsed = JSON.parse(json) as { collection: unknown[] };
        expect(elements?.map((span) => slice(bytes, span))).toEqual(parsed.collection);
        expect(Object.fromEntries([...members].map(([name, span]) => [name, slice(bytes, span)]))).toEqual({
          ...parsed,
        });
      }),
      { seed: 20260101 },
    );
  });

  it('are refused for a page that is cut anywhere, or goes on', () => {
    fc.assert(
      fc.property(document, space, fc.nat(), (object, blank, at) => {
        const bytes = encode(spaced(object, blank));
        expect(() => scanJson(bytes.subarray(0, at % bytes.length), 'collection')).toThrow(JsonSpanError);
        expect(() => scanJson(Buffer.concat([bytes, encode('x')]), 'collection')).toThrow(JsonSpanError);
      }),
      { seed: 20260102 },
    );
  });

  it.each([
    '',
    '[]',
    'null',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '{"a":1 "b":2}',
    '{"a":[1}',
    '{"a":}',
    '{"a":1}}',
    '{"a":1,"a":2}',
    '{"collection":[1,]}',
    '{"collection":[1 2]}',
    '{"\\x":1}',
  ])('are refused for %j', (json) => {
    expect(() => scanJson(encode(json), 'collection')).toThrow(JsonSpanError);
  });

  it('are absent where the list is none', () => {
    expect(scanJson(encode('{"collection":"text"}'), 'collection').elements).toBeNull();
    expect(scanJson(encode('{}'), 'collection').elements).toBeNull();
    expect(scanJson(encode('{"collection":[]}'), 'collection').elements).toEqual([]);
  });
});
