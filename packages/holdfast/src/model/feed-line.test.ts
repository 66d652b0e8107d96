import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feedLine } from './feed-line.ts';

test('a line of the feed is the compact JSON of its values in their order, whatever they hold', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('10.1101/"x"', 'a\\b', '\u007f'),
  );
  const change = fc.record({
    seq: fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }),
    kind: fc.constantFrom('new', 'version', 'completed', 'withdrawn', 'deleted'),
    source: text,
    id: text,
    version: fc.option(text),
    datestamp: text,
    hash: text,
    hashVersion: fc.nat(9),
    at: fc.nat(Number.MAX_SAFE_INTEGER),
  });
  fc.assert(
    fc.property(change, (each) => {
      const { seq, kind, source, id, version, datestamp, hash, hashVersion, at } = each;
      const ordered = { seq: Number(seq), kind, source, id, version, datestamp, hash, hashVersion, at };
      expect(feedLine(each)).toBe(JSON.stringify(ordered));
    }),
  );
});
