import type { BadItem, Item } from '../../model/item.ts';
import type { Place } from '../../model/paper.ts';
import type { Answer } from '../../transport/port.ts';
import type { BadPiece, XmlNode } from '../../xml/index.ts';
import { copyOf, XmlError } from '../../xml/index.ts';
import type { PageRequest, Reading } from '../port.ts';
import type { OaiDocument } from './oai-document.ts';
import { readOaiDocument } from './oai-document.ts';
import { judgeErrors } from './oai-errors.ts';
import type { Fault, OaiRecord } from './oai-header.ts';
import { glimpseHeader, readOaiRecord } from './oai-header.ts';
import { verbOf } from './oai-shape.ts';
import type { StatusRules } from './oai-status.ts';
import { judgeStatus } from './oai-status.ts';
import { endOfPage } from './oai-token.ts';

/** What differs from one OAI-PMH source to the next. */
export interface OaiRules extends StatusRules {
  readonly baseUrl: string;
  /** Makes an item of a record that the request asked for. */
  convert(as: string, record: OaiRecord, place: Place): Item | Fault;
  /** As what a record without its request is to be read. */
  asOf(record: XmlNode): string;
  /** The source's own id of an OAI identifier, where one can be read. */
  idOf(identifier: string): string | null;
}

/** Judges an answer to a list or record request by its whole content. Pure. */
export function readOaiAnswer(
  rules: OaiRules,
  request: PageRequest,
  answer: Answer,
  context: { readonly answeredBefore: boolean },
): Reading {
  const verdict = judgeStatus(rules, answer, context.answeredBefore);
  if (verdict.stop) return verdict.reading;
  let document: OaiDocument<Item | BadItem>;
  try {
    document = readOaiDocument(answer.body, (node, place) => {
      const record = readOaiRecord(node);
      const item = 'fault' in record ? record : rules.convert(request.as, record, place);
      return 'fault' in item ? badRecord(rules, answer.body, item, place) : item;
    });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return verdict.otherwise ?? { type: 'broken', code: error.code, detail: error.message };
  }
  if (document.errors.length > 0) return judgeErrors(document, request);
  return verdict.otherwise ?? readPage(rules, request, answer, document);
}

function readPage(
  rules: OaiRules,
  request: PageRequest,
  answer: Answer,
  document: OaiDocument<Item | BadItem>,
): Reading {
  const asked = verbOf(request.as);
  if (document.list === null) {
    return {
      type: 'broken',
      code: 'ERR_OAI_NO_LIST',
      detail: 'The answer holds neither a list nor an error.',
    };
  }
  if (document.list.verb !== asked) {
    const detail = `${asked} was asked for, ${document.list.verb} was answered.`;
    return { type: 'broken', code: 'ERR_OAI_OTHER_VERB', detail };
  }
  const items = document.records.filter((record): record is Item => 'type' in record);
  const faulty = document.records.filter((record): record is BadItem => !('type' in record));
  const bad = [...faulty, ...document.bad.map((piece) => badPiece(rules, piece))];
  const count = items.length + bad.length;
  return {
    type: 'page',
    items,
    bad,
    ...endOfPage({ baseUrl: rules.baseUrl, request, receivedAt: answer.receivedAt, document, count }),
    serverDate: document.responseDate,
    announced: document.list.token?.completeListSize ?? null,
    count,
    repairs: document.repairs,
  };
}

function badRecord(rules: OaiRules, body: Uint8Array, fault: Fault, place: Place): BadItem {
  return {
    id: fault.identifier === null ? null : rules.idOf(fault.identifier),
    datestamp: fault.datestamp,
    code: fault.code,
    reason: fault.reason,
    bytes: copyOf(body, place.offset, place.offset + place.length),
    place,
  };
}

function badPiece(rules: OaiRules, piece: BadPiece): BadItem {
  const { identifier, datestamp } = glimpseHeader(piece.bytes);
  return { ...piece, id: identifier === null ? null : rules.idOf(identifier), datestamp };
}
