import { expect, test } from 'vitest';
import { compare } from '../drill/kill/compare.ts';
import { refetchedAfter } from '../drill/kill/refetched.ts';
import type { LedgerLine } from '../drill/kill/simulator.ts';

const page = (n: number, at: number, served: readonly string[]): readonly LedgerLine[] => [
  { type: 'request', n, at, url: '/oai', verb: 'ListRecords' },
  { type: 'response', n, at, status: 200, served },
];

test('a page that was served whole and is asked for again is charged to the kill before it', () => {
  const measure = {
    firstRun: [...page(1, 1, ['a', 'b']), ...page(2, 2, ['c'])],
    secondRun: page(3, 3, ['c']),
  };
  const twice = [...page(1, 10, ['a', 'b']), ...page(2, 20, ['a', 'b']), ...page(3, 40, ['c'])];
  expect(refetchedAfter(twice, measure, [15, 30], 50)).toEqual([1, 0]);
  // The last run looks at `c` again as the measure's second run does; a third time is one too many.
  expect(refetchedAfter([...twice, ...page(4, 60, ['c'])], measure, [15, 30], 50)).toEqual([1, 0]);
  const thrice = [...twice, ...page(4, 60, ['c']), ...page(5, 70, ['c'])];
  expect(refetchedAfter(thrice, measure, [15, 30], 50)).toEqual([1, 1]);
  // Two looks of bioRxiv at overlapping ranges are two lists, so a row may come once in each.
  const ofPath = (n: number, at: number, path: string): readonly LedgerLine[] =>
    page(n, at, ['a']).map((line) => ({ ...line, url: `/details/biorxiv/${path}/json`, verb: 'details' }));
  const looks = [...ofPath(1, 1, '2026-01-02/2026-01-09/0'), ...ofPath(2, 2, '2026-01-01/2026-01-09/10')];
  const again = [...ofPath(1, 1, '2026-01-02/2026-01-09/0'), ...ofPath(2, 2, '2026-01-02/2026-01-09/0')];
  expect(refetchedAfter(again, { firstRun: looks, secondRun: [] }, [1], 50)).toEqual([1]);
  const cut = [...page(1, 10, ['a']).slice(0, 1), ...page(2, 20, ['a', 'b'])];
  expect(refetchedAfter(cut, measure, [15], 50)).toEqual([0]);
});

test('a comparison names what is lost, doubled, never published or changed', () => {
  const ledger = [{ type: 'truth', records: [{ id: 'a' }, { id: 'b' }, { id: 'c', version: '2' }] }];
  const line = (seq: number, id: string, version: string | null = null, hash = id): string =>
    `${JSON.stringify({ seq, id, version, hash })}\n`;
  const whole = line(1, 'a') + line(2, 'b') + line(3, 'c', '2');
  expect(compare(ledger, whole, whole)).toEqual({ lost: [], duplicated: [], unexpected: [] });
  const wrong = line(1, 'a') + line(2, 'a') + line(3, 'b', null, 'other') + line(4, 'x');
  expect(compare(ledger, wrong, whole)).toEqual({
    lost: ['cv2'],
    duplicated: ['a'],
    unexpected: ['b', 'x'],
  });
});
