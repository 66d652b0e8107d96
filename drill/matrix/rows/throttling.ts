import type { Kind } from '../../upstream/simulator.ts';
import { pausesAfter, requestsAfter } from '../ledger-checks.ts';
import { check, type Check } from '../../fault.ts';
import type { Row, Scene } from '../row.ts';
import { until } from '../until.ts';
import type { SourceLine } from '../../product/installation.ts';
import { measuredList, shortList } from './upstreams.ts';

/** An answer with status 200 that is none. */
export function refusalRows(kind: Kind): readonly Row[] {
  const texts = [
    'throttle-body-200',
    'error-2002-text',
    'connection-refused-text',
    'html-200',
    'html-mislabelled',
  ];
  return [...texts, 'redirect-login-html', 'empty-200'].map((fault) => ({
    name: `${fault} twice`,
    quick: fault === 'html-200',
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

/** Told to wait, in every form; one request per wait. */
export function waitRows(kind: Kind): readonly Row[] {
  const told = leastWaits.map(([fault, waitMs]): Row => ({
    name: `${fault} three times`,
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
    name: 'retry-after-huge',
    about: 'Retry-After of a thousand million seconds: parked, not one more request',
    upstreams: [shortList(kind, ['retry-after-huge@2'])],
    deadline: '3s',
    quick: true,
    holds:
      'The source is parked for a day and says so; not one request follows; what is to come is owed: exit 69.',
    expect: { exit: 69 },
    play: async ({ runOnce, ledgers, product }) => {
      const exit = await runOnce();
      const [source] = await product.sources();
      await runOnce();
      const [ledger] = ledgers();
      const after = requestsAfter(ledger, 'retry-after-huge');
      return {
        exit,
        happened: [ledger.fired('retry-after-huge'), 1],
        checks: [
          check('no request after it, in this run and the next', after === 0, after, 'I8'),
          check('status says that the source is throttled', source?.state === 'throttled', source, 'I10'),
          check('status shows the raw value', source?.reason.includes('1000000000') ?? false, source?.reason),
        ],
      };
    },
  };
}

/** One upstream blocks us, the other one goes on. */
export function blockRows(kind: Kind): readonly Row[] {
  return ['403', '406', 'edge-1015', '401', '407'].map((fault) => ({
    name: `blocked by ${fault}`,
    about: 'one upstream blocks us twice; the other goes on and is done before',
    // Two and four seconds: long enough that a loaded machine can ask for the status within.
    upstreams: [
      shortList(kind, [`${fault}@2x2`], { source: { cooldown: fault === '403' ? '1s' : '2s' } }),
      shortList(kind, []),
    ],
    expect: { wastedAtMost: 4 },
    quick: fault === '406',
    during: (scene) => blockShows(scene, fault),
    check: ({ ledgers: [blocked, other] }) => {
      const resumed = blocked.exchanges.findLastIndex(({ response }) => response?.fault === fault) + 1;
      const caughtUp = blocked.exchanges[resumed]?.request.at ?? 0;
      const done = other?.exchanges.at(-1)?.request.at ?? Infinity;
      return [check('the other source was done before the block ended', done < caughtUp, { done, caughtUp })];
    },
  }));
}

/** While it lasts, status says what it is and when it is tried again. */
async function blockShows({ product, ledgers, signal }: Scene, fault: string): Promise<readonly Check[]> {
  await until(() => ledgers()[0].fired(fault) > 0, signal);
  const seen: SourceLine[] = [];
  const held = ['blocked', 'throttled', 'auth-needed'];
  const shows = (): boolean =>
    seen.some(({ state, nextAttemptAt }) => held.includes(state) && nextAttemptAt !== null);
  await until(async () => {
    seen.push(...(await product.sources()).slice(0, 1));
    const last = ledgers()[0].exchanges.at(-1)?.response;
    return shows() || (last !== undefined && last.fault !== fault);
  }, signal);
  return [
    check(
      'status shows the block and the next try',
      shows(),
      [...new Set(seen.map(({ state, reason }) => `${state}: ${reason}`))].join('; '),
    ),
  ];
}
