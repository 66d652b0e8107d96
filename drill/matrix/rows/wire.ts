import type { Kind } from '../../upstream/simulator.ts';
import { requestsAfter } from '../ledger-checks.ts';
import { check, type Row } from '../row.ts';
import { measuredList, shortList } from './upstreams.ts';

/** F1: the token of the next page is refused, in every form. */
export function tokenRows(kind: Kind): readonly Row[] {
  const faults = ['expired-token', 'bad-resumption-token', 'bad-argument-token'];
  return faults.map((fault) => ({
    name: `F1:${fault}x2`,
    group: 'F1',
    about: 'the token is refused, twice',
    upstreams: [measuredList(kind, [`${fault}@4x2`])],
    expect: { wastedAtMost: 6 },
  }));
}

/** F5: silence and slowness are not the same. */
export function silenceRows(kind: Kind): readonly Row[] {
  const timeouts = { firstByte: '6s', idle: '3s' };
  const dead = ['never-answers', 'stall-mid-body'].map((fault): Row => ({
    name: `F5:${fault}`,
    group: 'F5',
    about: 'a dead connection is given up within the limits',
    upstreams: [measuredList(kind, [`${fault}@4`], { source: { timeouts } })],
    expect: { wastedAtMost: 1 },
  }));
  const slow = ['slow-first-byte', 'stall-then-rest', 'slow-drip'].map((fault): Row => ({
    name: `F5:${fault}`,
    group: 'F5',
    about: 'a slow answer is waited for: not one request more',
    upstreams: [
      measuredList(kind, [`${fault}@4`], {
        source: { timeouts },
        args: ['--slow-ms', '2000', '--drip-bytes', '60000'],
      }),
    ],
    expect: { wastedAtMost: 0 },
  }));
  return [...dead, ...slow];
}

/** F6: a page that is cut, in every form that HTTP knows; the page is rejected whole. */
export function cutRows(kind: Kind): readonly Row[] {
  const faults = [
    'body-cut-valid',
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
    name: `F6:${fault}`,
    group: 'F6',
    about: 'a page that is cut or damaged on the wire',
    upstreams: [measuredList(kind, [`${fault}@4`])],
    expect: { wastedAtMost: mayRead.includes(fault) ? 2 : 1 },
  }));
}

/** An upstream that answers nothing but errors: the run ends by its deadline, with few requests. */
export function outageRows(kind: Kind): readonly Row[] {
  return ['500', 'tcp-reset', 'throttle-body-200'].map((fault) => ({
    name: `outage:${fault}x*`,
    group: 'outage',
    about: 'nothing but errors from page 2 on, for 10 s',
    upstreams: [shortList(kind, [`any:${fault}@2x*`])],
    deadline: '10s',
    expect: { exit: 69 },
    check: ({ ledgers: [ledger] }) => [
      check(
        'the upstream is not stormed',
        ledger.fired(fault) <= 15 && requestsAfter(ledger, fault) === 0,
        ledger.fired(fault),
      ),
    ],
  }));
}
