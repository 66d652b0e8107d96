import { addDays } from '../../model/day.ts';
import type { Day } from '../../model/day.ts';
import type { DayRange } from '../../model/window.ts';
import type { ClosedRange } from '../inventory.ts';
import type { PageRequest } from '../port.ts';

/** The two preprint servers of the interface. */
export type PreprintServer = 'biorxiv' | 'medrxiv';
/** The two lists of a server: version rows by posting date, links to journals by date of publication. */
export type StreamName = 'details' | 'pubs';

/** What every URL needs: the API root without a trailing slash, and the server. */
export interface Root {
  readonly baseUrl: string;
  readonly server: PreprintServer;
}

/** Rows of a page as observed; used only to step over a page that cannot be had. */
const USUAL_ROWS: Readonly<Record<StreamName, number>> = { details: 30, pubs: 100 };
/** How far the covering interval of an empty one reaches: beyond any pause in posting that was seen. */
const COVER_DAYS: Readonly<Record<StreamName, number>> = { details: 30, pubs: 120 };
const COVER_TAIL_DAYS = 7;

/**
 * The first page of a look. The interface needs an end and includes it; the tail ends tomorrow, since `today`
 * may be the day of the last answer. Second looks begin one day earlier (even looks) or two (odd ones): all
 * offsets shift, so that neither URLs nor boundaries of pages are those of the first look.
 */
export function firstPage(
  root: Root,
  stream: StreamName,
  range: DayRange,
  look: number,
  today: Day,
): PageRequest {
  const earlier = look === 1 ? 0 : look % 2 === 0 ? 1 : 2;
  const from = addDays(range.from, -earlier);
  return page(
    root,
    stream,
    from,
    range.to === null ? later(from, addDays(today, 1)) : addDays(range.to, -1),
    0,
  );
}

/**
 * An interval that contains the range and days of which something is known to exist: the days after it, or
 * before it for the tail. "No posts found" is also what an outage answers, so only other rows tell the two apart.
 */
export function coveringPage(root: Root, stream: StreamName, range: DayRange, today: Day): PageRequest {
  if (range.to === null)
    return page(root, stream, addDays(range.from, -COVER_TAIL_DAYS), later(range.from, addDays(today, 1)), 0);
  const until = addDays(range.to, COVER_DAYS[stream]);
  return page(root, stream, range.from, later(range.to, until < today ? until : today), 0);
}

/** What an interval of closed days holds: any of its first rows comes with the counts of the whole. */
export function countPage(root: Root, { from, to }: ClosedRange, turn: number): PageRequest {
  const first = page(root, 'details', from, addDays(to, -1), 0);
  return turn % 3 === 0 ? first : { ...pageBehind(first, turn % 3), continues: false };
}

/** All versions of one preprint. The DOI goes into the path as it is, its parts escaped. */
export function recordPage({ baseUrl, server }: Root, doi: string): PageRequest {
  const path = doi.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return { url: `${baseUrl}/details/${server}/${path}/na/json`, as: 'record', continues: false };
}

/** The offset that a list request asks for; 0 for other requests. */
export function cursorOf(request: PageRequest): number {
  return Number(/\/(\d+)\/json$/.exec(request.url)?.[1] ?? 0);
}

/** The page that begins `rows` rows further. Offsets are printed as plain integers at every size. */
export function pageBehind(request: PageRequest, rows: number): PageRequest {
  const cursor = BigInt(cursorOf(request)) + BigInt(rows);
  return { ...request, url: request.url.replace(/\/\d+\/json$/, `/${cursor}/json`), continues: true };
}

/** The same list `rows` further, or back; null for a record, and before the first row. */
export function shiftPage(request: PageRequest, rows: number): PageRequest | null {
  return isStream(request.as) && cursorOf(request) + rows >= 0 ? pageBehind(request, rows) : null;
}

/** The rows of a usual page; null for a record. */
export function usualRows(request: PageRequest): number | null {
  return isStream(request.as) ? USUAL_ROWS[request.as] : null;
}

/** Whether a request is one of a list. */
export function isStream(as: string): as is StreamName {
  return as === 'details' || as === 'pubs';
}

function page(
  { baseUrl, server }: Root,
  stream: StreamName,
  from: Day,
  until: Day,
  cursor: number,
): PageRequest {
  return {
    url: `${baseUrl}/${stream}/${server}/${from}/${until}/${cursor}/json`,
    as: stream,
    continues: false,
  };
}

function later(a: Day, b: Day): Day {
  return a > b ? a : b;
}
