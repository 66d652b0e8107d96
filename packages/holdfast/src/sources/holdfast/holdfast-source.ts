import type { Day } from '../../model/day.ts';
import { gateKeyOf } from '../gate-key.ts';
import { judgeEmptyRange, pollEvery } from '../oai-pmh/index.ts';
import type { Source } from '../port.ts';
import { readAnswer, readDescription, redriveRecords } from './read-answer.ts';
import { auditRequest, descriptionRequest, listRequest, lookRequest, recordRequest } from './requests.ts';
import type { Peer } from './requests.ts';

const MINUTE = 60_000;

/** What a user can say of another Holdfast; durations in ms. */
export interface HoldfastOptions {
  readonly id: string;
  /** Address of its page, such as `http://server:4848`. */
  readonly baseUrl: string;
  /** Id that the source has there; ours when left out. */
  readonly set?: string;
  readonly minIntervalMs?: number;
  readonly cooldownMs?: number;
  readonly overlapDays?: number;
  readonly timeouts?: Partial<Source['timeouts']>;
  /** Distance of the polls; default 5 min. */
  readonly every?: number;
  readonly expect?: number;
  /** First day that the other one has. */
  readonly earliest?: Day;
}

/**
 * Another Holdfast, so that several machines share one polite harvest. Windows are of stamps as everywhere, and a day is
 * over for us only when it is settled there: what the other one still looks for is never sealed here. Every record comes
 * with the hash that it has there.
 */
export function holdfastSource(options: HoldfastOptions): Source {
  const { id, set = id } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const peer: Peer = { baseUrl, source: set };
  return {
    id,
    kind: 'holdfast',
    baseUrl,
    gateKey: gateKeyOf(baseUrl),
    minIntervalMs: options.minIntervalMs ?? 100,
    cooldownMs: options.cooldownMs ?? MINUTE,
    overlapDays: options.overlapDays ?? 7,
    timeouts: { connect: 30_000, firstByte: 5 * MINUTE, idle: 60_000, ...options.timeouts },
    accept: 'application/json, */*;q=0.1',
    poll: pollEvery(options.every ?? 5 * MINUTE, options.expect),
    streams: [
      {
        name: 'list',
        windowDays: 30,
        lagDays: 1,
        countsRows: false,
        secondLook: true,
        settlesWithinMs: 60 * MINUTE,
        earliest: options.earliest ?? null,
      },
    ],
    identifiersLook: 2,
    identify: () => descriptionRequest(peer),
    readDescription,
    withDescription: ({ earliest }) =>
      holdfastSource({ ...options, ...(earliest === null ? {} : { earliest }) }),
    first: (_stream, range, look) => lookRequest(peer, range, look),
    resume: (_stream, range, look, datestamp) =>
      lookRequest(peer, { ...range, from: datestamp.slice(0, 10) }, look),
    confirmEmpty: (_stream, range) => listRequest(peer, 'identifiers', range),
    judgeEmpty: (_stream, _range, reading) => judgeEmptyRange(reading),
    shift: () => null,
    usualRows: () => null,
    record: (record) => recordRequest(peer, record),
    inventory: {
      method: 'identifiers',
      first: (range, turn) => auditRequest(peer, range, turn),
      resume: (range, turn, datestamp) =>
        auditRequest(peer, { ...range, from: datestamp.slice(0, 10) }, turn),
      dense: null,
    },
    read: (request, answer, { answeredBefore }) => readAnswer(request, answer, answeredBefore),
    redrive: redriveRecords,
  };
}
