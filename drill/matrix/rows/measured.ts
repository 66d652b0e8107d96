import type { Row } from '../row.ts';
import type { Kind } from '../../upstream/simulator.ts';
import { pausesAfter } from '../ledger-checks.ts';
import { measuredList } from './upstreams.ts';

type Measured = Pick<Row, 'about'> & {
  readonly fault: string;
  readonly source?: Readonly<Record<string, unknown>>;
};

const faults: readonly Measured[] = [
  { fault: 'expired-token', about: 'expired token' },
  { fault: '503-retry-after', about: '503, Retry-After: 1' },
  { fault: '503-retry-after-date', about: '503, Retry-After: HTTP date' },
  { fault: '429-retry-after', about: '429, Retry-After: 1' },
  { fault: '406', about: '406' },
  { fault: 'throttle-body-200', about: '200 "Rate exceeded."' },
  { fault: '500', about: '500' },
  { fault: 'body-cut-reset', about: 'body cut, connection reset' },
  { fault: 'body-cut-valid', about: 'body cut, HTTP valid' },
  { fault: 'empty-page-with-empty-token', about: 'empty page, empty token' },
  { fault: 'no-records-match-mid-list', about: 'noRecordsMatch mid-list' },
  { fault: 'tcp-reset', about: 'TCP reset' },
  {
    fault: 'never-answers',
    about: 'server never answers once',
    source: { timeouts: { firstByte: '2s' } },
  },
  { fault: 'same-token', about: 'same token once' },
  { fault: 'control-character', about: 'control character' },
];

const onTheWire = ['body-cut-reset', 'body-cut-valid', 'tcp-reset', 'never-answers'];
const quick = [
  'expired-token',
  '429-retry-after',
  'body-cut-valid',
  'empty-page-with-empty-token',
  'no-records-match-mid-list',
  'same-token',
];

/** The matrix that was measured with other harvesters: each fault once, on page 4 of the walk. */
export function measuredRows(kind: Kind): readonly Row[] {
  return faults.map(({ fault, source, about }) => ({
    name: fault,
    layer: onTheWire.includes(fault) ? 'network' : 'protocol',
    quick: quick.includes(fault),
    about,
    upstreams: [measuredList(kind, [`${fault}@4`], source === undefined ? {} : { source })],
    expect: { wastedAtMost: 3 },
    ...(fault.includes('retry-after')
      ? {
          check: ({ ledgers: [ledger] }) => [pausesAfter(ledger, fault, fault.endsWith('date') ? 20 : 1_000)],
        }
      : {}),
  }));
}
