import { expect, test } from 'vitest';
import type { Window } from '../../model/window.ts';
import { settledUntil } from './settled-until.ts';

test.each([
  ['nothing was planned', [], '2026-01-03'],
  ['all is verified up to the tail', [windowOf('01-01', '01-31'), windowOf('01-31', null)], '2026-01-31'],
  [
    'a window is being walked',
    [windowOf('01-01', '01-10'), windowOf('01-10', '01-31', 'OPEN')],
    '2026-01-10',
  ],
  ['days are covered by nothing', [windowOf('01-01', '01-10'), windowOf('01-12', '01-31')], '2026-01-10'],
  [
    'a day of a verified window is listed again',
    [windowOf('01-01', '01-31'), windowOf('01-10', '01-11', 'OPEN'), windowOf('01-31', null)],
    '2026-01-10',
  ],
  [
    'a day before the first asked one is listed again',
    [windowOf('01-01', '01-31'), windowOf('01-01', '01-02', 'OPEN'), windowOf('01-31', null)],
    '2026-01-31',
  ],
  [
    'the first asked day itself is owed',
    [windowOf('01-01', '01-31'), windowOf('01-02', '01-05', 'GAP'), windowOf('01-31', null)],
    '2026-01-03',
  ],
  [
    'one of two streams is behind',
    [windowOf('01-01', '01-31'), windowOf('01-01', '01-20', 'VERIFIED', 'pubs')],
    '2026-01-20',
  ],
])('what other installations may take for settled, where %s', (_, windows, day) => {
  expect(settledUntil(windows, '2026-01-03')).toBe(day);
});

function windowOf(
  from: string,
  to: string | null,
  state: Window['state'] = to === null ? 'OPEN' : 'VERIFIED',
  stream = 'list',
): Window {
  const lane = to === null ? 'tail' : 'backfill';
  const days = { from: `2026-${from}`, to: to === null ? null : `2026-${to}` };
  return { source: 's', stream, lane, state, ...days } as unknown as Window;
}
