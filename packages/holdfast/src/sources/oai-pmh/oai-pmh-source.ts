import type { Day } from '../../model/day.ts';
import type { Item } from '../../model/item.ts';
import type { Place } from '../../model/paper.ts';
import type { DayRange } from '../../model/window.ts';
import { gateKeyOf } from '../gate-key.ts';
import type { Description, PageRequest, Source } from '../port.ts';
import type { OaiRules } from './oai-answer.ts';
import { readOaiAnswer } from './oai-answer.ts';
import { hasForeignElements, readDublinCore } from './dublin-core.ts';
import { readOaiDescription } from './oai-description.ts';
import type { Fault, OaiRecord } from './oai-header.ts';
import { oaiInventory } from './oai-inventory.ts';
import { redriveOai } from './oai-redrive.ts';
import { rangeArguments } from './oai-range.ts';
import { identifyUrl, listUrl, recordUrl } from './oai-request.ts';
import type { ListVerb } from './oai-shape.ts';
import { judgeEmptyRange, OAI_ACCEPT } from './oai-source-parts.ts';
import { pollEvery } from './poll-every.ts';

const HOUR = 3_600_000;

/** What a user can say of a repository; durations in ms. */
export interface OaiPmhOptions {
  readonly id: string;
  /** The full OAI endpoint; it may carry a query of its own. */
  readonly baseUrl: string;
  readonly metadataPrefix: string;
  readonly set?: string;
  readonly minIntervalMs?: number;
  readonly cooldownMs?: number;
  readonly overlapDays?: number;
  readonly timeouts?: Partial<Source['timeouts']>;
  /** Distance of the polls. */
  readonly every?: number;
  /** Age of the newest record at which the repository is late; without it, it never is. */
  readonly expect?: number;
  /** Nothing earlier is asked for: a day or datestamp. */
  readonly earliest?: string;
  /** What `from` and `until` may name; days, which every repository takes, until it says more. */
  readonly granularity?: 'day' | 'seconds';
}

/** A repository of the Open Archives Initiative's protocol for metadata harvesting, version 2.0. */
export function oaiPmhSource(options: OaiPmhOptions): Source {
  const { id, baseUrl, metadataPrefix, set } = options;
  const ranges = { granularity: options.granularity ?? 'day', earliest: options.earliest ?? null } as const;
  const rules: OaiRules = {
    baseUrl,
    throttleStatuses: [],
    blockStatuses: [401, 403, 407],
    convert,
    asOf: (node) => (node.name === 'header' ? 'ListIdentifiers' : 'ListRecords'),
    idOf: (identifier) => identifier,
  };
  const list = (verb: ListVerb, range: DayRange, today: Day, resumeAt?: string): PageRequest => ({
    url: listUrl(baseUrl, verb, { metadataPrefix, set, ...rangeArguments(ranges, range, today, resumeAt) }),
    as: verb,
    continues: false,
  });
  const verbOfLook = (look: number): ListVerb => (look === 1 ? 'ListRecords' : 'ListIdentifiers');
  return {
    id,
    kind: 'oai-pmh',
    baseUrl,
    gateKey: gateKeyOf(baseUrl),
    minIntervalMs: options.minIntervalMs ?? 1_000,
    cooldownMs: options.cooldownMs ?? 5 * 60_000,
    overlapDays: options.overlapDays ?? 7,
    timeouts: { connect: 30_000, firstByte: 15 * 60_000, idle: 60_000, ...options.timeouts },
    accept: OAI_ACCEPT,
    poll: pollEvery(options.every ?? 6 * HOUR, options.expect),
    streams: [
      {
        name: 'list',
        windowDays: 30,
        lagDays: 1,
        countsRows: false,
        secondLook: true,
        earliest: ranges.earliest?.slice(0, 10) ?? null,
      },
    ],
    identifiersLook: 2,
    identify: () => ({ url: identifyUrl(baseUrl), as: 'Identify', continues: false }),
    readDescription: (answer) => readOaiDescription(rules, answer),
    withDescription: (description) => oaiPmhSource(described(options, description)),
    first: (_stream, range, look, today) => list(verbOfLook(look), range, today),
    resume: (_stream, range, look, datestamp, today) => list(verbOfLook(look), range, today, datestamp),
    confirmEmpty: (_stream, range, today) => list('ListIdentifiers', range, today),
    judgeEmpty: (_stream, _range, reading) => judgeEmptyRange(reading),
    shift: () => null,
    usualRows: () => null,
    record: (identifier) => ({
      url: recordUrl(baseUrl, identifier, metadataPrefix),
      as: 'GetRecord',
      continues: false,
    }),
    inventory: oaiInventory({ baseUrl, metadataPrefix, set, ranges }),
    read: (request, answer, context) => readOaiAnswer(rules, request, answer, context),
    redrive: (bytes) => redriveOai(rules, bytes),
  };
}

/** The options with what the repository says of itself; what the user said stays. */
function described(options: OaiPmhOptions, description: Description): OaiPmhOptions {
  const earliest = options.earliest ?? description.earliestDatestamp ?? description.earliest;
  return {
    ...options,
    granularity: options.granularity ?? description.granularity,
    ...(earliest === null ? {} : { earliest }),
  };
}

function convert(as: string, record: OaiRecord, place: Place): Item | Fault {
  const { identifier, datestamp, metadata } = record;
  if (as === 'ListIdentifiers') {
    return { type: record.deleted ? 'deleted' : 'listed', id: identifier, datestamp, place: null };
  }
  if (record.deleted) return { type: 'deleted', id: identifier, datestamp, place };
  if (metadata === null) {
    // The repository promised a record in this format: it is shown as missing, not dropped.
    const reason = 'The record is not deleted, yet has no metadata.';
    return { fault: true, code: 'ERR_OAI_NO_METADATA', reason, identifier, datestamp };
  }
  const fields = readDublinCore(identifier, metadata);
  if (fields.title === null && hasForeignElements(metadata)) {
    const reason =
      'The record has no title, but elements that Dublin Core does not know: the format has changed.';
    return { fault: true, code: 'ERR_OAI_FOREIGN_ELEMENTS', reason, identifier, datestamp };
  }
  return { type: 'paper', id: identifier, datestamp, place, fields, unknown: [] };
}
