import fc from 'fast-check';
import type { RawFields } from '../../model/normalise.ts';

/** Pieces of text that break a format when it is written without care. */
const PIECES = [
  '{',
  '}',
  '\\',
  '%',
  '$',
  '$x_{2}$',
  '$\\Lambda_c^+$',
  '$\\input{/etc/passwd}$',
  '\\write18{rm}',
  '\\',
  '"',
  '""',
  "'",
  ',',
  ';',
  '&',
  '#',
  '_',
  '~',
  '^^M',
  '@article{x,',
  ' and ',
  'ER  - ',
  'TY  - JOUR',
  '\r\n',
  '\n',
  '\u0085',
  '\u2028',
  '\u0001',
  '\u001b[31m',
  '=1+1',
  '<b>',
  ']]>',
  '</script>',
  'é',
  'β',
  '漢字',
  '𝔸',
  '\u202e',
  '\ud800',
  'null',
  '1e5',
  '007',
];

/** Text that upstreams might send, and would rather not. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES),
      fc.string({ maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(''));

/** As a source gives an id: characters that XML and JSON can carry. */
const hostileId = hostileText.map((text) => `x${text.toWellFormed().replaceAll('\0', '')}`);
const optional = fc.option(hostileText);

/** A record whose every text is hostile; its id is its own. */
export const hostileFields = fc
  .record({
    id: fc.oneof(
      hostileId,
      fc.constantFrom('2301.00001', '10.1101/2020.01.01.000001', 'oai:arXiv.org:hep-th/9901001'),
    ),
    version: fc.option(fc.nat(30).map((number) => String(number))),
    deleted: fc.boolean(),
    withdrawn: fc.boolean(),
    title: optional,
    abstract: optional,
    authors: fc.array(
      fc.record({
        name: fc.oneof(
          hostileText,
          fc.constantFrom('Ada Lovelace', 'Doe, J.', 'J. R. Smith', 'The ATLAS Collaboration', '山田 太郎'),
        ),
        orcid: optional,
        affiliation: optional,
      }),
      { maxLength: 4 },
    ),
    categories: fc.array(hostileText, { maxLength: 3 }),
    doi: fc.option(fc.oneof(hostileText, fc.constant('10.1000/xyz_(1)'))),
    journalRef: optional,
    comment: optional,
    published: fc.option(fc.constantFrom('2020-02-29', '1999', '2020-13', '2004-05', 'soon', '0000-00-00')),
    updated: optional,
    license: optional,
    urls: fc.dictionary(
      fc.constantFrom('abstract', 'pdf', 'other'),
      fc.oneof(
        fc.constant('https://example.org/a?b={c}&d=%7B'),
        fc.constant('javascript:alert(1)'),
        hostileText,
      ),
      { maxKeys: 3 },
    ),
  })
  .map((fields): RawFields => fields);
