import fc from 'fast-check';
import { hashPaper, HASH_VERSION } from '../../model/hash.ts';
import { normalise } from '../../model/normalise.ts';
import { describeSource } from '../conformance.ts';
import { holdfastSource } from './holdfast-source.ts';

const BASE = 'http://other.test:4848';

function lineOf({ id, datestamp, title }: { id: string; datestamp: string; title: string }): object {
  const fields = normalise({ id, title });
  return { source: 'there', ...fields, datestamp, hash: hashPaper(fields), hashVersion: HASH_VERSION };
}

describeSource({
  name: 'holdfast',
  contentType: 'application/json',
  stream: 'list',
  range: { from: '2026-08-03', to: '2026-08-10' },
  today: '2026-09-20',
  ids: fc.oneof(
    fc.constantFrom('2301.00001', '1e5', '0', 'oai:a.b:ü/1?x=2&y#z', '10.1101/000123', 'a b'),
    fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((id) => id.trim() === id && id.isWellFormed() && id !== ''),
  ),
  create: () => holdfastSource({ id: 'near', baseUrl: `${BASE}/`, set: 'there' }),
  forbidden: ({ pathname, searchParams }) => {
    if (!/^\/api\/(records|identifiers)$/.test(pathname)) return 'no path of the interface';
    if (searchParams.get('source') !== 'there') return 'another source';
    return searchParams.has('id') || /^\d{4}-\d\d-\d\d$/.test(searchParams.get('from') ?? '')
      ? null
      : 'no range';
  },
  page: (_request, records, more) => {
    const last = records.at(-1);
    const head = { format: 'holdfast-records', source: 'there', servedAt: '2026-09-01T00:00:00.000Z' };
    const next = more && last ? `${last.datestamp} ${last.id}` : null;
    return Buffer.from(
      JSON.stringify({ ...head, settledUntil: '2026-08-30', next, records: records.map(lineOf) }),
    );
  },
});
