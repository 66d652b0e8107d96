import type { Kind } from '../../upstream/simulator.ts';
import { pausesAfter, requestsAfter } from '../ledger-checks.ts';
import { check, type Row } from '../row.ts';
import { measuredList, shortList } from './upstreams.ts';

/** F2: an answer with status 200 that is none. */
export function refusalRows(kind: Kind): readonly Row[] {
  const texts = [
    'throttle-body-200',
    'error-2002-text',
    'connection-refused-text',
    'html-200',
    'html-mislabelled',
  ];
  return [...texts, 'redirect-login-html', 'empty-200'].map((fault) => ({
    name: `F2:${fault}`,
    group: 'F2',
    about: 'an answer that is none, with status 200, twice',
    upstreams: [measuredList(kind, [`${fault}@4x2`])],
    expect: { wastedAtMost: fault === 'redirect-login-html' ? 6 : 2 },
  }));
}

/** The least wait after each form of Retry-After of two seconds; a date has whole seconds only. */
const leastWaits = [
  ['429-retry-after', 2_000],
  ['503-retry-after', 2_000],
  ['429-retry-after-date', 1_000],
  ['503-retry-after-date', 1_000],
  ['429', 1_000],
  ['retry-after-garbage', 1_000],
  ['retry-after-negative', 1_000],
  ['retry-after-date-past', 20],
  ['503', 20],
] as const;

/** F3: told to wait, in every form; one request per wait. */
export function waitRows(kind: Kind): readonly Row[] {
  const told = leastWaits.map(([fault, waitMs]): Row => ({
    name: `F3:${fault}`,
    group: 'F3',
    about: `three times ${fault}, with 2 s where a time is named`,
    upstreams: [measuredList(kind, [`${fault}@4x3`], { args: ['--retry-after', '2'] })],
    expect: { wastedAtMost: 3 },
    check: ({ ledgers: [ledger] }) => [pausesAfter(ledger, fault, waitMs)],
  }));
  return [...told, parked(kind)];
}

/** A thousand million seconds: parked for a day, visibly. */
function parked(kind: Kind): Row {
  return {
    name: 'F3:retry-after-huge',
    group: 'F3',
    about: 'Retry-After of a thousand million seconds: parked, not one more request',
    upstreams: [shortList(kind, ['retry-after-huge@2'])],
    deadline: '5s',
    expect: { exit: 69 },
    check: async ({ ledgers: [ledger], product }) => {
      const [source] = await product.sources();
      return [
        check(
          'no request after it',
          requestsAfter(ledger, 'retry-after-huge') === 0,
          requestsAfter(ledger, 'retry-after-huge'),
        ),
        check('status says that the source is throttled', source?.state === 'throttled', source),
        check('status shows the raw value', source?.reason.includes('1000000000') ?? false, source?.reason),
      ];
    },
  };
}

/** F4: one upstream blocks us, the other one goes on. */
export function blockRows(kind: Kind): readonly Row[] {
  return ['403', '406', 'edge-1015', '401', '407'].map((fault) => ({
    name: `F4:${fault}`,
    group: 'F4',
    about: 'one upstream blocks us twice; the other goes on and is done before',
    upstreams: [shortList(kind, [`${fault}@2x2`]), shortList(kind, [])],
    expect: { wastedAtMost: 4 },
    check: ({ ledgers: [blocked, other] }) => {
      const resumed = blocked.exchanges.findLastIndex(({ response }) => response?.fault === fault) + 1;
      const caughtUp = blocked.exchanges[resumed]?.request.at ?? 0;
      const done = other?.exchanges.at(-1)?.request.at ?? Infinity;
      return [check('the other source was done before the block ended', done < caughtUp, { done, caughtUp })];
    },
  }));
}
