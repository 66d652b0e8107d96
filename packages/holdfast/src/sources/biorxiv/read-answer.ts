import type { BadItem, Item } from '../../model/item.ts';
import type { Answer } from '../../transport/port.ts';
import { glimpse } from '../glimpse.ts';
import { judgeStatus } from '../oai-pmh/oai-status.ts';
import type { PageRequest, Reading } from '../port.ts';
import { JsonSpanError, scanJson } from '../json-spans.ts';
import type { JsonSpans, Span } from '../json-spans.ts';
import { cursorOf, isStream, pageBehind } from './requests.ts';
import type { PreprintServer } from './requests.ts';
import { parseJson, readRow } from './read-row.ts';

const STATUS_RULES = { throttleStatuses: [], blockStatuses: [401, 403, 407] };
const LONGEST_GLIMPSE = 120;

/**
 * Judges an answer of the interface by its whole content. It answers 200 for nearly everything: "no posts
 * found" is the end of a list, an unknown DOI or an outage; zero bytes, a page of HTML and the text of a
 * database error are outages.
 */
export function readAnswer(
  server: PreprintServer,
  request: PageRequest,
  answer: Answer,
  answeredBefore: boolean,
): Reading {
  const status = judgeStatus(STATUS_RULES, answer, answeredBefore);
  if (status.stop) return status.reading;
  if (status.otherwise !== null) return status.otherwise;
  const { body } = answer;
  if (body.length === 0)
    return broken('ERR_EMPTY_ANSWER', 'The answer is empty: an outage, or an interval that is too wide.');
  const start = new TextDecoder()
    .decode(body.subarray(0, 400))
    .replace(/^\uFEFF/, '')
    .trim();
  if (start.startsWith('<'))
    return broken('ERR_NOT_JSON', `A web page came instead of data: ${glimpse(body, LONGEST_GLIMPSE)}`);
  if (!start.startsWith('{'))
    return broken('ERR_NOT_JSON', `No data came: ${glimpse(body, LONGEST_GLIMPSE)}`);
  try {
    return readObject(server, request, body, scanJson(body, 'collection'));
  } catch (error) {
    if (!(error instanceof JsonSpanError)) throw error;
    return broken('ERR_JSON', `The answer is cut or damaged. ${error.message}`);
  }
}

function readObject(
  server: PreprintServer,
  request: PageRequest,
  body: Uint8Array,
  spans: JsonSpans,
): Reading {
  const message = messageOf(body, spans);
  if (message === null) return broken('ERR_JSON_SHAPE', 'The answer has no message.');
  const status = typeof message['status'] === 'string' ? message['status'].trim() : '';
  const said = readStatus(request, status);
  if (said !== null) return said;
  if (spans.elements === null) return broken('ERR_JSON_SHAPE', 'The answer says "ok" and has no collection.');
  if (spans.elements.length === 0) {
    return request.as === 'record'
      ? { type: 'absent', detail: 'no version' }
      : { type: 'nothing', serverDate: null, detail: 'an empty collection' };
  }
  const echoed = numberOf(message['cursor']);
  if (isStream(request.as) && echoed !== null && echoed !== cursorOf(request)) {
    return broken('ERR_OTHER_PAGE', `The page of offset ${echoed} came instead of ${cursorOf(request)}.`);
  }
  const page = pageOf(server, request, body, spans.elements, numberOf(message['total']));
  const fresh = numberOf(message['count_new_papers']);
  return page.type === 'page' && fresh !== null ? { ...page, announcedNew: fresh } : page;
}

/** What the status text says by itself; null for "ok". */
function readStatus(request: PageRequest, status: string): Reading | null {
  if (/^ok$/i.test(status)) return null;
  const detail = status.slice(0, LONGEST_GLIMPSE);
  if (/^no (posts|articles) found/i.test(status)) {
    return request.as === 'record'
      ? { type: 'absent', detail }
      : { type: 'nothing', serverDate: null, detail };
  }
  if (/not recogni[sz]ed|must be|invalid/i.test(status)) {
    return {
      type: 'refused',
      cause: 'request',
      detail: `${detail} (check "kind" and "baseUrl" of the source)`,
    };
  }
  return broken('ERR_UPSTREAM_STATUS', `The service says: ${detail === '' ? 'nothing' : detail}`);
}

/** Steps by the rows received: pages hold 30 or 100, and any offset is answered. Only "nothing" ends a list. */
function pageOf(
  server: PreprintServer,
  request: PageRequest,
  body: Uint8Array,
  rows: readonly Span[],
  total: number | null,
): Reading {
  const items: Item[] = [];
  const bad: BadItem[] = [];
  const repairs = new Set<string>();
  for (const span of rows) {
    const row = readRow(server, request.as === 'pubs', body, span);
    if (row.repaired) repairs.add('control-character');
    if ('item' in row) items.push(row.item);
    else bad.push(row.bad);
  }
  const list = isStream(request.as);
  return {
    type: 'page',
    items,
    bad,
    end: list ? 'more' : 'proved',
    next: list ? pageBehind(request, rows.length) : null,
    serverDate: null,
    announced: list ? total : null,
    count: rows.length,
    repairs: [...repairs],
  };
}

function messageOf(body: Uint8Array, { members }: JsonSpans): Readonly<Record<string, unknown>> | null {
  const span = members.get('messages');
  const parsed = span === undefined ? null : parseJson(body.subarray(span.start, span.end));
  const first: unknown = Array.isArray(parsed?.value) ? parsed.value[0] : null;
  return typeof first === 'object' && first !== null ? (first as Readonly<Record<string, unknown>>) : null;
}

/** Counts come as numbers and as text; anything else is no count. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function broken(code: string, detail: string): Reading {
  return { type: 'broken', code, detail };
}
