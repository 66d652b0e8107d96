import type { Kind } from '../../upstream/simulator.ts';
import { requestsAfter } from '../ledger-checks.ts';
import type { IncidentLine } from '../../checker/invariants.ts';
import { incidentsOf } from '../../checker/running.ts';
import { check, type Check } from '../../fault.ts';
import type { Outcome, Row, Scene } from '../row.ts';
import { measuredList, shortList } from './upstreams.ts';

/** The token of the next page is refused, in every form. */
export function tokenRows(kind: Kind): readonly Row[] {
  const faults = ['expired-token', 'bad-resumption-token', 'bad-argument-token'];
  return faults.map((fault) => ({
    name: `${fault} twice`,
    about: 'the token is refused, twice',
    upstreams: [measuredList(kind, [`${fault}@4x2`])],
    expect: { wastedAtMost: 6 },
  }));
}

/** Silence and slowness are not the same. */
export function silenceRows(kind: Kind): readonly Row[] {
  const timeouts = { firstByte: '6s', idle: '3s' };
  const dead: Row = {
    name: 'stall-mid-body',
    layer: 'network',
    about: 'a dead connection is given up within the limits',
    upstreams: [measuredList(kind, ['stall-mid-body@4'], { source: { timeouts } })],
    expect: { wastedAtMost: 1 },
  };
  const slow = ['slow-first-byte', 'stall-then-rest', 'slow-drip'].map((fault): Row => ({
    name: fault,
    layer: 'network',
    about: 'a slow answer is waited for: not one request more',
    upstreams: [
      measuredList(kind, [`${fault}@4`], {
        source: { timeouts },
        args: ['--slow-ms', '2000', '--drip-bytes', '60000'],
      }),
    ],
    expect: { wastedAtMost: 0 },
  }));
  return [dead, ...slow];
}

/** A page that is cut, in every form that HTTP knows; the page is rejected whole. */
export function cutRows(kind: Kind): readonly Row[] {
  const faults = [
    'body-cut-close',
    'chunked-cut',
    'no-length-cut',
    'gzip-truncated',
    'gzip-bad-crc',
    'gzip-mislabelled',
    'early-close',
    'longer-than-length',
    'http-garbage',
    'header-overflow',
  ];
  const mayRead = ['gzip-mislabelled', 'longer-than-length'];
  return faults.map((fault) => ({
    name: fault,
    layer: 'network',
    quick: fault === 'gzip-truncated',
    about: 'a page that is cut or damaged on the wire',
    upstreams: [measuredList(kind, [`${fault}@4`])],
    expect: { wastedAtMost: mayRead.includes(fault) ? 2 : 1 },
  }));
}

/** An upstream that answers nothing but errors: the run ends by its deadline, with few requests; then it is well. */
export function outageRows(kind: Kind): readonly Row[] {
  return ['500', 'tcp-reset', 'throttle-body-200'].map((fault) => ({
    name: `outage of ${fault}`,
    layer: fault === 'throttle-body-200' ? 'protocol' : 'network',
    about: 'nothing but errors from page 2 on until the deadline; then the upstream is well again',
    holds: 'The first run ends with 69 and few requests, the next one has every record.',
    upstreams: [shortList(kind, [`any:${fault}@2x*`])],
    play: (scene) => outlast(scene, fault),
  }));
}

/** What was mended within ten seconds is no outage, and opens no incident: this one lasts longer. */
const OUTAGE = '16s';
/** Attempts in that time: 1, 2, 4 … times a third of a second, and as many by the second lane. */
const STORM = 20;

async function outlast(
  { product, runOnce, ledgers, simulators: [simulator] }: Scene,
  fault: string,
): Promise<Outcome> {
  const first = await runOnce(OUTAGE);
  const fired = ledgers()[0].fired(fault);
  const after = requestsAfter(ledgers()[0], fault);
  const during = await incidentsOf(product);
  await simulator.control({ do: 'disarm' });
  const exit = await runOnce();
  return {
    exit,
    checks: [
      check('while it lasts the run ends with 69', first === 69, first, 'I10'),
      check('an incident is open while it lasts', during.some(isOpen), during, 'I7'),
      ...(await untilOver(product)),
      check('the upstream is not stormed', fired <= STORM && after === 0, fired, 'I8'),
    ],
  };
}

function isOpen({ recoveredAt }: IncidentLine): boolean {
  return recoveredAt === null;
}

async function untilOver(product: Scene['product']): Promise<readonly Check[]> {
  const incidents = await incidentsOf(product);
  const over = incidents.length === 1 && !incidents.some(isOpen);
  return [check('there was one incident, and it is over', over, incidents, 'I7')];
}
