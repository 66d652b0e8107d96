import type { Kind } from '../../upstream/simulator.ts';
import type { Ledger } from '../../upstream/ledger.ts';
import { check } from '../../fault.ts';
import type { Row, Scene } from '../row.ts';
import { measuredList, shortList } from './upstreams.ts';

const kindsWithTokens: readonly Kind[] = ['arxiv', 'oai-pmh'];

/** A doubtful end is asked for again, and once more from the last datestamp. */
const ENDING = 4;

/** The endings of `--quick`: each is a mistake of its own. */
const quickEndings = ['missing-token', 'duplicate-page'];

/** A list that ends, or seems to. `prefix` tells the rows of another kind of upstream apart. */
export function endingRows(kind: Kind, prefix = ''): readonly Row[] {
  const both = ['short-page', 'one-record', 'duplicate-page', 'shuffled-page'];
  const tokens = [
    // Of the measured matrix for the other kind.
    ...(kind === 'arxiv' ? ['empty-page-with-empty-token'] : []),
    'no-records-match',
    'missing-token',
    'empty-token',
    'empty-token-with-attributes',
    'null-token',
    'token-with-attributes',
    ...(kind === 'oai-pmh' ? ['lying-complete-list-size', 'one-fewer-than-announced'] : []),
  ];
  const rows = [
    'no-posts-found',
    'zero-total',
    'empty-page',
    'inflated-total',
    'missing-counts',
    'scalar-collection',
  ];
  return [...(kindsWithTokens.includes(kind) ? tokens : rows), ...both].map((fault) => ({
    name: `${prefix}${fault}`,
    quick: quickEndings.includes(`${prefix}${fault}`),
    about: 'a list that ends, or seems to',
    ...(quickEndings.includes(`${prefix}${fault}`) ? { expect: { wastedAtMost: ENDING } } : {}),
    upstreams: [measuredList(kind, [`${fault}@4`])],
  }));
}

/** Rows are missing from the list for a while. */
export function omissionRows(kind: Kind): readonly Row[] {
  return [
    {
      name: 'omitted-range',
      quick: true,
      about: 'a tenth of page 4 is missing from the first look and back in the second',
      upstreams: [measuredList(kind, ['omitted-range@4'], { args: ['--publish-after', '4'] })],
      check: ({ ledgers: [ledger] }) => [
        check('the rows came back', changes(ledger, 'publish') > 0, changes(ledger, 'publish')),
      ],
    },
    {
      name: 'published-late',
      about: 'the newest rows are hidden during one run and there in the next',
      upstreams: [shortList(kind, [])],
      happened: (ledger) => Math.min(changes(ledger, 'hide'), changes(ledger, 'publish')),
      play: publishLate,
    },
  ];
}

async function publishLate(scene: Scene): ReturnType<NonNullable<Row['play']>> {
  const { exit, first, before, listed, hidden } = await hideNewest(scene);
  return {
    exit,
    checks: [
      check('the first run ended well', first === 0, first),
      check('it did not have them', before === listed - hidden, before),
    ],
  };
}

/** The last day of twenty; so many rows are the newest. */
const NEWEST = 20;

/** One run without the newest rows, one with them. */
async function hideNewest({ product, simulators: [simulator], ledgers, runOnce }: Scene) {
  const listed = ledgers()[0].truth.size;
  const hidden = listed / NEWEST;
  await simulator.control({ do: 'hide', count: hidden, at: listed - hidden });
  const first = await runOnce();
  const before = (await product.papers()).length;
  const [source] = await product.sources();
  await simulator.control({ do: 'publishHidden' });
  const exit = await runOnce();
  return { first, before, listed, hidden, state: source?.state ?? '', exit };
}

/** A freshness target under which yesterday's records should be here, at any hour. */
function sinceYesterdayNoon(): string {
  return `${String(new Date().getUTCHours() + 12)}h`;
}

/** Yesterday's answer with today's date. */
export function staleRows(kind: Kind): readonly Row[] {
  return [
    {
      name: 'stale-batch',
      about: 'the newest day is missing from the first answer',
      upstreams: [measuredList(kind, ['stale-batch@1'])],
    },
    {
      name: 'stale-feed',
      about: 'the newest day is never listed: the run ends degraded, the next one has it',
      upstreams: [shortList(kind, [], { source: { expect: sinceYesterdayNoon() } })],
      happened: (ledger) => Math.min(changes(ledger, 'hide'), changes(ledger, 'publish')),
      play: async (scene) => {
        const { exit, first, state, before, listed, hidden } = await hideNewest(scene);
        return {
          exit,
          checks: [
            check('while it lasts the run ends degraded', first === 4, first),
            check('and status says stale', state === 'stale', state),
            check('it did not have them', before === listed - hidden, before),
          ],
        };
      },
    },
  ];
}

/** Tokens that go in circles, and pages that never come. */
export function circleRows(kind: Kind): readonly Row[] {
  if (!kindsWithTokens.includes(kind)) return [];
  return [
    {
      name: 'token-loop-aba',
      about: 'the tokens go in a circle once',
      upstreams: [measuredList(kind, ['token-loop-aba@4'])],
      expect: { wastedAtMost: 8 },
    },
    {
      name: 'same-token for ever',
      about: 'the tokens go in circles for ever: smaller windows',
      upstreams: [measuredList(kind, ['same-token@4x*'])],
      expect: { wastedAtMost: 60 },
    },
    {
      name: 'poison-page',
      about: 'every list page with one record is a 500 for ever: its day is a gap, the rest is there',
      upstreams: [measuredList(kind, ['poison-page@4'])],
      expect: { exit: 4, gaps: 1, wastedAtMost: 60 },
      deadline: '180s',
    },
    {
      name: 'poison-record',
      about: 'the same, and the record cannot be had alone either',
      upstreams: [measuredList(kind, ['poison-record@4'])],
      expect: { exit: 4, gaps: 1, wastedAtMost: 80 },
      deadline: '180s',
    },
  ];
}

function changes(ledger: Ledger, reason: string): number {
  return ledger.changes.filter((change) => change.reason === reason).length;
}
