import { arxivIdOfOai, oaiOfArxivId } from '../../identity/arxiv-id.ts';
import type { Day } from '../../model/day.ts';
import { addDays } from '../../model/day.ts';
import type { Item } from '../../model/item.ts';
import type { Place } from '../../model/paper.ts';
import type { DayRange } from '../../model/window.ts';
import type { XmlNode } from '../../xml/index.ts';
import { childOf } from '../../xml/index.ts';
import { gateKeyOf } from '../gate-key.ts';
import type { Fault, OaiRecord, OaiRules } from '../oai-pmh/index.ts';
import {
  judgeEmptyRange,
  listUrl,
  OAI_ACCEPT,
  rangeArguments,
  readOaiAnswer,
  readOaiDescription,
  recordUrl,
  redriveOai,
  verbOf,
} from '../oai-pmh/index.ts';
import type { PageRequest, Source } from '../port.ts';
import { readArxivHistory } from './arxiv-history.ts';
import { readArxivPaper } from './arxiv-paper.ts';
import { arxivPoll } from './calendar.ts';
import { readArxivFeed } from './arxiv-feed.ts';
import { EARLIEST, inventoryPage } from './arxiv-inventory.ts';
import { monthlyNumbers, PROBE } from './monthly-numbers.ts';

/** The endpoint since March 2025. */
const BASE_URL = 'https://oaipmh.arxiv.org/oai';

/** What a user can say of arXiv; durations in ms. */
export interface ArxivOptions {
  readonly id: string;
  readonly baseUrl?: string;
  readonly minIntervalMs?: number;
  readonly cooldownMs?: number;
  readonly overlapDays?: number;
  readonly timeouts?: Partial<Source['timeouts']>;
  /** A fixed distance of the polls instead of arXiv's calendar. */
  readonly every?: number;
  /** How long after an expected update it counts as missing. */
  readonly expect?: number;
}

/** How the answers of one kind of walk are read: verb and metadata prefix. */
type Walk =
  | 'ListRecords:arXiv'
  | 'ListRecords:arXivRaw'
  | 'ListIdentifiers:arXiv'
  | 'GetRecord:arXiv'
  | 'GetRecord:arXivRaw';

/**
 * arXiv by OAI-PMH. Look 1 walks the prefix `arXiv` (papers), look 2 `arXivRaw` (versions, first posting,
 * withdrawal), later looks list identifiers over the range begun a day or more earlier, so that no cache can
 * answer one look with the pages of another.
 */
export function arxivSource(options: ArxivOptions): Source {
  const baseUrl = options.baseUrl ?? BASE_URL;
  const rules: OaiRules = {
    baseUrl,
    throttleStatuses: [406],
    blockStatuses: [401, 403, 407],
    convert,
    asOf,
    idOf: arxivIdOfOai,
  };
  const list = (walk: Walk, range: DayRange, today: Day, resumeAt?: string): PageRequest => {
    const metadataPrefix = walk.slice(walk.indexOf(':') + 1);
    const dates = rangeArguments({ granularity: 'day', earliest: EARLIEST }, range, today, resumeAt);
    return { url: listUrl(baseUrl, verbOf(walk), { metadataPrefix, ...dates }), as: walk, continues: false };
  };
  return {
    id: options.id,
    kind: 'arxiv',
    baseUrl,
    gateKey: gateKeyOf(baseUrl),
    minIntervalMs: options.minIntervalMs ?? 3_000,
    cooldownMs: options.cooldownMs ?? 15 * 60_000,
    overlapDays: options.overlapDays ?? 7,
    timeouts: { connect: 30_000, firstByte: 15 * 60_000, idle: 60_000, ...options.timeouts },
    accept: OAI_ACCEPT,
    poll: arxivPoll(options),
    streams: [
      { name: 'list', windowDays: 30, lagDays: 1, countsRows: false, secondLook: true, earliest: EARLIEST },
    ],
    identifiersLook: 3,
    // What Identify says is known, and a cache keeps it for up to a year.
    identify: () => null,
    readDescription: (answer) => readOaiDescription(rules, answer),
    first: (_stream, range, look, today) => list(walkOf(look), rangeOf(range, look), today),
    resume: (_stream, range, look, datestamp, today) => list(walkOf(look), range, today, datestamp),
    confirmEmpty: (_stream, range, today) => list('ListIdentifiers:arXiv', range, today),
    judgeEmpty: (_stream, _range, reading) => judgeEmptyRange(reading),
    shift: () => null,
    usualRows: () => null,
    record: (id) => ({
      url: recordUrl(baseUrl, oaiOfArxivId(id), 'arXiv'),
      as: 'GetRecord:arXiv',
      continues: false,
    }),
    recordHistory: (id) => ({
      url: recordUrl(baseUrl, oaiOfArxivId(id), 'arXivRaw'),
      as: 'GetRecord:arXivRaw',
      continues: false,
    }),
    inventory: {
      method: 'identifiers',
      first: (range, turn, today) => inventoryPage(baseUrl, range, turn, today),
      resume: (range, turn, datestamp, today) => inventoryPage(baseUrl, range, turn, today, datestamp),
      dense: monthlyNumbers(baseUrl),
    },
    read: (request, answer, context) =>
      request.as === PROBE
        ? readArxivFeed(rules, answer, context.answeredBefore)
        : readOaiAnswer(rules, request, answer, context),
    redrive: (bytes) => redriveOai(rules, bytes),
  };
}

function walkOf(look: number): Walk {
  if (look === 1) return 'ListRecords:arXiv';
  return look === 2 ? 'ListRecords:arXivRaw' : 'ListIdentifiers:arXiv';
}

/** Listings begin one to seven days early: each look has a URL of its own, and the dates split elsewhere. */
function rangeOf(range: DayRange, look: number): DayRange {
  return look < 3 ? range : { ...range, from: addDays(range.from, -(1 + ((look - 3) % 7))) };
}

/** A record without its request is told by its format. */
function asOf(node: XmlNode): Walk {
  if (node.name === 'header') return 'ListIdentifiers:arXiv';
  const raw = childOf(childOf(node, 'metadata'), 'arXivRaw') !== null;
  return raw ? 'ListRecords:arXivRaw' : 'ListRecords:arXiv';
}

function convert(as: string, record: OaiRecord, place: Place): Item | Fault {
  const { identifier, datestamp } = record;
  const id = arxivIdOfOai(identifier);
  if (id === null) {
    const reason = `This is no identifier of arXiv: ${identifier.slice(0, 80)}.`;
    return { fault: true, code: 'ERR_ARXIV_ID', reason, identifier, datestamp };
  }
  const walk = as as Walk;
  if (walk === 'ListIdentifiers:arXiv')
    return { type: record.deleted ? 'deleted' : 'listed', id, datestamp, place: null };
  if (record.deleted) return { type: 'deleted', id, datestamp, place };
  if (record.metadata === null) {
    const reason = 'The record is not deleted, yet has no metadata.';
    return { fault: true, code: 'ERR_OAI_NO_METADATA', reason, identifier, datestamp };
  }
  return walk === 'ListRecords:arXivRaw' || walk === 'GetRecord:arXivRaw'
    ? readArxivHistory(id, record, place)
    : readArxivPaper(id, record, place);
}
