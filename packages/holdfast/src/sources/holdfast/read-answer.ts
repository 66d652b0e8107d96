import { z } from 'zod';
import { addDays, isDay } from '../../model/day.ts';
import type { BadItem, Item } from '../../model/item.ts';
import type { Answer } from '../../transport/port.ts';
import { glimpse } from '../glimpse.ts';
import { JsonSpanError, scanJson } from '../json-spans.ts';
import type { JsonSpans, Span } from '../json-spans.ts';
import { judgeStatus } from '../oai-pmh/oai-status.ts';
import type { Description, PageRequest, Reading } from '../port.ts';
import { readListed, readRecord } from './read-record.ts';
import type { RecordFault } from './read-record.ts';
import { pageBehind, rangeOf } from './requests.ts';

const STATUS_RULES = { throttleStatuses: [], blockStatuses: [401, 403, 407] };
/** What every answer names, so that a page of something else is never taken for one. */
const FORMAT = 'holdfast-records';

const day = z.string().refine(isDay);

/** What an answer says beside its records. */
const head = z.object({
  format: z.literal(FORMAT),
  source: z.string(),
  /** The server's own time, ISO. */
  servedAt: z.iso.datetime(),
  /** The first day at or after the beginning of the range that the other one has not settled itself. */
  settledUntil: day.nullable(),
  /** Where the list goes on; null = it is at its end. */
  next: z.string().min(1).nullable(),
});

const description = z.object({ format: z.literal(FORMAT), source: z.string(), from: day.nullable() });

/** Judges an answer of another Holdfast by its whole content. */
export function readAnswer(request: PageRequest, answer: Answer, answeredBefore: boolean): Reading {
  const status = judgeStatus(STATUS_RULES, answer, answeredBefore);
  if (status.stop) return status.reading;
  if (status.otherwise !== null) return status.otherwise;
  try {
    return readObject(request, answer.body, scanJson(answer.body, 'records'));
  } catch (error) {
    if (!(error instanceof JsonSpanError)) throw error;
    return broken('ERR_JSON', `The answer is cut or none of a Holdfast: ${glimpse(answer.body)}`);
  }
}

/** What the other one says of the source. */
export function readDescription(
  answer: Answer,
): Description | Extract<Reading, { type: 'broken' | 'throttled' | 'blocked' | 'refused' }> {
  const status = judgeStatus(STATUS_RULES, answer, false);
  const reading = status.stop ? status.reading : status.otherwise;
  if (reading !== null)
    return reading as Extract<Reading, { type: 'broken' | 'throttled' | 'blocked' | 'refused' }>;
  const parsed = description.safeParse(parse(answer.body));
  if (!parsed.success) return broken('ERR_JSON_SHAPE', `No Holdfast answered: ${glimpse(answer.body)}`);
  return { earliest: parsed.data.from, granularity: 'day' };
}

/** Reads the bytes of records again: one of them, or a whole page. */
export function redriveRecords(bytes: Uint8Array): readonly Item[] {
  return spansOf(bytes).flatMap((span) => {
    const item = readElement('records', bytes, span);
    return 'fault' in item ? [] : [item];
  });
}

function readObject(request: PageRequest, body: Uint8Array, spans: JsonSpans): Reading {
  const members = Object.fromEntries(
    [...spans.members].flatMap(([name, span]) =>
      name === 'records' ? [] : [[name, parse(body.subarray(span.start, span.end))]],
    ),
  );
  const parsed = head.safeParse(members);
  if (!parsed.success || spans.elements === null)
    return broken('ERR_JSON_SHAPE', 'The answer is none of a Holdfast.');
  const { next } = parsed.data;
  const serverDate = dateOf(request, parsed.data);
  if (spans.elements.length === 0) {
    if (next !== null) return broken('ERR_JSON_SHAPE', 'The page is empty, and yet the list goes on.');
    const detail = 'no records';
    return request.as === 'record' ? { type: 'absent', detail } : { type: 'nothing', serverDate, detail };
  }
  const { items, bad } = readElements(request.as, body, spans.elements);
  return {
    type: 'page',
    items,
    bad,
    end: next === null ? 'proved' : 'more',
    next: next === null ? null : pageBehind(request, next),
    serverDate,
    announced: null,
    count: spans.elements.length,
    repairs: [],
  };
}

/**
 * The day up to which the other one's word counts. What it has not settled itself is not over for us either: then its
 * date is that of the first such day, but never so early that the window would wait for longer than a day.
 */
function dateOf(request: PageRequest, { servedAt, settledUntil }: z.output<typeof head>): string {
  const { to } = rangeOf(request);
  if (settledUntil === null || (to !== null && settledUntil >= to)) return servedAt;
  const dayBefore = to === null ? settledUntil : addDays(to, -1);
  const date = `${settledUntil > dayBefore ? settledUntil : dayBefore}T00:00:00.000Z`;
  return date < servedAt ? date : servedAt;
}

function readElements(
  as: string,
  body: Uint8Array,
  spans: readonly Span[],
): { readonly items: readonly Item[]; readonly bad: readonly BadItem[] } {
  const items: Item[] = [];
  const bad: BadItem[] = [];
  for (const span of spans) {
    const item = readElement(as, body, span);
    if (!('fault' in item)) items.push(item);
    else bad.push(badItem(item, body, span));
  }
  return { items, bad };
}

function readElement(as: string, body: Uint8Array, { start, end }: Span): Item | RecordFault {
  const value = parse(body.subarray(start, end));
  return as === 'identifiers' ? readListed(value) : readRecord(value, { offset: start, length: end - start });
}

/** The bytes are a copy: the page that they came in is not kept alive by them. */
function badItem(
  { id, datestamp, code, reason }: RecordFault,
  body: Uint8Array,
  { start, end }: Span,
): BadItem {
  const place = { offset: start, length: end - start };
  return { id, datestamp, code, reason, bytes: new Uint8Array(body.subarray(start, end)), place };
}

function spansOf(bytes: Uint8Array): readonly Span[] {
  const whole = [{ start: 0, end: bytes.length }];
  try {
    return scanJson(bytes, 'records').elements ?? whole;
  } catch (error) {
    if (error instanceof JsonSpanError) return whole;
    throw error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Undefined for what is no JSON in UTF-8. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function broken(code: string, detail: string): Extract<Reading, { type: 'broken' }> {
  return { type: 'broken', code, detail };
}
