import type { Day } from '../../model/day.ts';
import { HoldfastError } from '../../model/error.ts';
import type { DayRange } from '../../model/window.ts';
import { gateKeyOf } from '../gate-key.ts';
import type { Reading, Source, Stream } from '../port.ts';
import { preprintPoll } from './calendar.ts';
import { readAnswer } from './read-answer.ts';
import { redriveRows } from './read-row.ts';
import {
  countPage,
  coveringPage,
  firstPage,
  isStream,
  recordPage,
  shiftPage,
  usualRows,
} from './requests.ts';
import type { PreprintServer, Root, StreamName } from './requests.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** First day of each server, and how old its newest posting may be: both post every day, medRxiv less on weekends. */
const SERVERS: Readonly<Record<PreprintServer, { readonly earliest: Day; readonly expect: number }>> = {
  biorxiv: { earliest: '2013-11-01', expect: 2 * DAY },
  medrxiv: { earliest: '2019-06-01', expect: 3 * DAY },
};

/** Options of a bioRxiv or medRxiv source; durations in ms. */
export interface BiorxivOptions {
  readonly id: string;
  readonly kind: PreprintServer;
  /** The API root without `/details`. Default `https://api.biorxiv.org`, which serves medRxiv as well. */
  readonly baseUrl?: string;
  readonly minIntervalMs?: number;
  readonly cooldownMs?: number;
  readonly overlapDays?: number;
  readonly timeouts?: Partial<Source['timeouts']>;
  /** Distance of the polls; default 6 h. */
  readonly every?: number;
  /** Age of the newest day at which the source is late; default 2 days, medRxiv 3. */
  readonly expect?: number;
}

/**
 * bioRxiv or medRxiv, by their common interface. Two streams: `details`, the versions by posting date, and `pubs`,
 * the links to journal articles by date of publication: the link of a preprint changes without a new version or
 * date, so only `pubs` reveals it. Both have offsets that count rows, and both get second looks: the interface
 * answers "no posts found" for outages too.
 * @throws HoldfastError `ERR_BASE_URL` for a host that is known to answer otherwise
 */
export function biorxivSource(options: BiorxivOptions): Source {
  const { id, kind } = options;
  const baseUrl = (options.baseUrl ?? 'https://api.biorxiv.org').replace(/\/+$/, '');
  refuseWrongHost(baseUrl);
  const root: Root = { baseUrl, server: kind };
  const { earliest, expect } = SERVERS[kind];
  return {
    id,
    kind,
    baseUrl,
    gateKey: gateKeyOf(baseUrl),
    minIntervalMs: options.minIntervalMs ?? 1_000,
    cooldownMs: options.cooldownMs ?? 5 * 60_000,
    overlapDays: options.overlapDays ?? 7,
    timeouts: { connect: 30_000, firstByte: 15 * 60_000, idle: 60_000, ...options.timeouts },
    accept: 'application/json, */*;q=0.1',
    poll: preprintPoll({ every: options.every ?? 6 * HOUR, expect: options.expect ?? expect }),
    streams: [streamOf('details', earliest), streamOf('pubs', earliest)],
    identifiersLook: null,
    identify: () => null,
    readDescription: () => ({ earliest, granularity: 'day' }),
    first: (stream, range, look, today) => firstPage(root, named(stream), range, look, today),
    // Offsets count rows of a list without a known order: a broken walk begins again at its first row.
    resume: (stream, range, look, _datestamp, today) => firstPage(root, named(stream), range, look, today),
    confirmEmpty: (stream, range, today) => coveringPage(root, named(stream), range, today),
    judgeEmpty: (_stream, range, reading) => judgeEmpty(range, reading),
    shift: shiftPage,
    usualRows,
    record: (doi) => recordPage(root, doi),
    inventory: {
      method: 'counts',
      stream: 'details',
      count: (range, turn) => countPage(root, range, turn),
      widestDays: 64,
      walkRows: 90,
    },
    read: (request, answer, { answeredBefore }) => readAnswer(kind, request, answer, answeredBefore),
    redrive: (bytes) => redriveRows(kind, bytes),
  };
}

function streamOf(name: StreamName, earliest: Day): Stream {
  return { name, windowDays: 7, lagDays: 1, countsRows: true, secondLook: true, earliest };
}

function named(stream: string): StreamName {
  if (isStream(stream)) return stream;
  throw new TypeError(`bioRxiv has no stream ${stream}`);
}

/** What the covering interval says: rows outside the range and none in it show that the service works. */
function judgeEmpty(range: DayRange, reading: Reading): 'empty' | 'not-empty' | 'unclear' {
  if (reading.type !== 'page') return 'unclear';
  const days = [...reading.items, ...reading.bad].flatMap(({ datestamp }) =>
    datestamp === null ? [] : [datestamp],
  );
  const inside = days.some((day) => day >= range.from && (range.to === null || day < range.to));
  if (inside) return 'not-empty';
  return days.length === reading.count ? 'empty' : 'unclear';
}

/** `api.medrxiv.org` answers 500 or ignores offsets; the `www` hosts are web pages behind an edge that blocks. */
function refuseWrongHost(baseUrl: string): void {
  const host = URL.parse(baseUrl)?.hostname ?? '';
  if (!/^(api\.medrxiv|www\.biorxiv|www\.medrxiv|biorxiv|medrxiv)\.org$/.test(host)) return;
  throw new HoldfastError('ERR_BASE_URL', `${host} is not the host of the interface.`, {
    hint: 'Set "baseUrl" to https://api.biorxiv.org, which serves bioRxiv and medRxiv, or leave it out.',
    verdict: {
      category: 'permanent',
      scope: 'none',
      safeToReplay: 'no',
      evidence: 'class',
      code: 'ERR_BASE_URL',
    },
  });
}
