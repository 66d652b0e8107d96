import { check } from '../../fault.ts';
import { minutesBehindUtc } from '../../machine/zone.ts';
import type { Kind } from '../../upstream/simulator.ts';
import type { Row } from '../row.ts';
import { until } from '../until.ts';
import { endingRows } from './lists.ts';
import { measuredList, shortList } from './upstreams.ts';

/** Faults that are told of one of the originals, in a list of its kind. */
const own: readonly (readonly [kind: Kind, faults: readonly string[]])[] = [
  [
    'arxiv',
    ['throttle-body-200', 'edge-1015', '406', 'no-records-match', 'until-too-late', 'from-after-until'],
  ],
  ['biorxiv', ['json-null', 'server-not-recognized', '500', 'html-200', 'body-cut-valid', 'error-2002-text']],
];

/** What arXiv and bioRxiv were seen to do, in lists of their own formats. */
export function kindRows(): readonly Row[] {
  return [
    ...own.flatMap(([kind, faults]) =>
      faults.map((fault) => ({
        name: `${kind}:${fault}`,
        about: `${fault} from ${kind}, once`,
        upstreams: [measuredList(kind, [`${fault}@4`])] as const,
      })),
    ),
    ...endingRows('arxiv', 'arxiv:').filter(({ name }) => name.includes('token')),
    ...endingRows('biorxiv', 'biorxiv:'),
  ];
}

/** Redirects that lead nowhere or away, and a status that answers a question that was not asked. */
export function odditiesRows(kind: Kind): readonly Row[] {
  const faults = {
    '304': 'Not Modified although nothing was asked by condition',
    '502': 'a gateway that is down',
    '504': 'a gateway that waited in vain',
    redirect: 'a redirect within the server',
    'redirect-loop': 'a redirect to itself',
    'redirect-to-http': 'a redirect to another host',
  };
  return Object.entries(faults).map(([fault, about]) => ({
    name: fault,
    about,
    quick: fault === 'redirect',
    upstreams: [
      measuredList(kind, [`${fault}@4`], fault === 'redirect' ? { source: { minIntervalMs: HOP } } : {}),
    ] as const,
  }));
}

/** Long enough that a hop that does not wait for its turn is told from one that does, on a loaded machine too. */
const HOP = 150;

/** Days and stamps. */
export function dayRows(): readonly Row[] {
  const zones = ['America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Australia/Lord_Howe'];
  return [
    ...zones.map((zone): Row => ({
      name: `utc-days:${zone.toLowerCase().replace(/.*\//, '').replaceAll('_', '-')}`,
      about: `a year of days with both changes of the clock, harvested by a machine that lives in ${zone}`,
      holds: 'Days are UTC days wherever the machine stands: every record is stored once.',
      quick: zone === 'Pacific/Pago_Pago',
      env: { TZ: zone },
      upstreams: [
        {
          ...shortList('oai-pmh', [], { source: { from: '400d' } }),
          args: ['--days', '380', '--granularity', 'day'],
        },
      ],
      play: async ({ runOnce, ledgers }) => {
        const exit = await runOnce();
        const stamps = new Set([...ledgers()[0].truth.values()].map(({ datestamp }) => datestamp));
        // A system that does not know the zone takes it for UTC: then nothing was tried.
        const isElsewhere = (await minutesBehindUtc(zone)) !== 0;
        return { exit, checks: [], happened: [isElsewhere ? stamps.size : 0, 200] };
      },
    })),
    {
      name: 'skewed-datestamp',
      about: 'one record is stamped ten years ahead',
      upstreams: [measuredList('oai-pmh', ['future-datestamp@4'])],
    },
    {
      name: 'empty-days',
      about: 'ten days at the start of the list on which really nothing was published',
      upstreams: [{ kind: 'biorxiv', records: 400, pageSize: 100, shorter: 4, faults: [] }],
      happened: ({ exchanges }) =>
        exchanges.filter(
          ({ request, response }) =>
            request.verb === 'details' && response?.status === 200 && (response.served ?? []).length === 0,
        ).length,
    },
    {
      name: 'inserted-while-paging',
      about: 'new records are listed while the list is walked, and the next run has what came too late',
      upstreams: [shortList('oai-pmh', [])],
      happened: ({ changes }) => changes.filter(({ reason }) => reason === 'add').length,
      play: async ({ startOnce, runOnce, ledgers, simulators: [simulator], signal }) => {
        const first = startOnce();
        await until(() => ledgers()[0].exchanges.length >= 3, signal);
        await simulator.control({ do: 'addRecords', count: 20 });
        const { code } = await first.ended;
        const exit = await runOnce();
        return { exit, checks: [check('the first run ended well', code === 0, code)] };
      },
    },
  ];
}
