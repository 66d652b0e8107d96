import { dayText, daySeconds, parseDay } from '../days.ts';
import type { Answer, Call, PagePlan, Service } from '../page.ts';
import type { PreprintCorpus } from './corpus.ts';
import { categoryOf, knownCategories } from './row-text.ts';
import { pubs } from './pubs.ts';

/** What the service is made of. */
export interface PreprintParts {
  readonly corpus: PreprintCorpus;
  readonly seed: number;
  readonly pageSize: number;
  /** Rows by which `total` exceeds the truth. */
  readonly inflateTotal: number;
}

interface Interval {
  readonly from: string;
  readonly until: string;
  /** Places of the list. */
  readonly start: number;
  readonly end: number;
  readonly cursor: number;
}

const contentType = 'application/json;charset=utf-8';

/** bioRxiv or medRxiv: `/details/{server}/…` and `/pubs/{server}/…`. */
export function preprintService(parts: PreprintParts): Service {
  return {
    verb: (path) => {
      const [, first = '', , third = ''] = path.split('/');
      if (first === 'pubs') return 'pubs';
      if (first !== 'details') return 'none';
      return third.startsWith('10.') ? 'doi' : 'details';
    },
    answer: (call, pageSize = parts.pageSize) => {
      const [, first = '', server = '', ...rest] = call.path.split('/');
      if (first !== 'details' && first !== 'pubs')
        return {
          type: 'text',
          status: 404,
          contentType: 'text/plain',
          cache: 'none',
          rows: [],
          text: 'Not Found',
        };
      if (server !== 'biorxiv' && server !== 'medrxiv') return status('Server not recognized', false);
      if (server !== parts.corpus.server) return status('no posts found');
      if (first === 'pubs') return json(pubs(parts.corpus, rest), []);
      if (rest[0]?.startsWith('10.') === true) return byDoi(parts, rest);
      return latest(parts, rest) ?? details(parts, call, rest, pageSize);
    },
  };
}

function json(value: unknown, rows: readonly number[]): Answer {
  return { type: 'text', status: 200, contentType, cache: 'none', rows, text: JSON.stringify(value) };
}

function status(text: string, collection = true): Answer {
  return json({ messages: [{ status: text }], ...(collection ? { collection: [] } : {}) }, []);
}

function byDoi(parts: PreprintParts, rest: readonly string[]): Answer {
  const doi = rest.slice(0, 2).join('/');
  const rows = parts.corpus.versionsOf(decodeURIComponent(doi));
  if (rows.length === 0) return status('no posts found');
  return json(
    { messages: [{ status: 'ok', category: 'all' }], collection: rows.map((row) => parts.corpus.row(row)) },
    rows,
  );
}

/** `/details/{server}/{N}` and `/{N}d`: the newest N rows, the rows of the last N days. */
function latest(parts: PreprintParts, rest: readonly string[]): Answer | undefined {
  const match = /^(\d{1,4})(d?)$/.exec(rest[0] ?? '');
  if (match === null) return undefined;
  const { list } = parts.corpus;
  const end = list.listed;
  const newest = end === 0 ? 0 : list.second(list.at(end - 1));
  const start =
    match[2] === 'd'
      ? list.lowerBound(newest - Number(match[1]) * daySeconds)
      : Math.max(0, end - Number(match[1]));
  const rows = Array.from({ length: end - start }, (_, i) => list.at(end - 1 - i));
  return json(
    { messages: [{ status: 'ok', category: 'all' }], collection: rows.map((row) => parts.corpus.row(row)) },
    rows,
  );
}

function details(parts: PreprintParts, call: Call, rest: readonly string[], pageSize: number): Answer {
  const interval = intervalOf(parts.corpus, rest);
  if (interval === undefined) return status('no posts found');
  const asked = (call.params['category'] ?? '').replaceAll('_', ' ');
  const category = knownCategories(parts.corpus.server).includes(asked) ? asked : 'all';
  const { list } = parts.corpus;
  const all =
    category === 'all'
      ? undefined
      : places(interval)
          .map((place) => list.at(place))
          .filter((row) => inCategory(parts, row, category));
  const count = all?.length ?? interval.end - interval.start;
  const rows = Array.from(
    { length: Math.max(0, Math.min(pageSize, count - interval.cursor)) },
    (_, i) => all?.[interval.cursor + i] ?? list.at(interval.start + interval.cursor + i),
  );
  if (rows.length === 0) return status('no posts found');
  const page: PagePlan = { rows, token: { kind: 'absent' }, total: count + parts.inflateTotal, category };
  const fresh =
    all?.filter((row) => parts.corpus.versionRow(row).version === 1).length ??
    parts.corpus.newPapers(interval.start, interval.end);
  return {
    type: 'page',
    page,
    contentType,
    cache: 'none',
    print: (changed) => print(parts, interval, changed, fresh),
  };
}

function places(interval: Interval): number[] {
  return Array.from({ length: interval.end - interval.start }, (_, i) => interval.start + i);
}

function inCategory(parts: PreprintParts, row: number, category: string): boolean {
  return categoryOf(parts.seed, parts.corpus.server, parts.corpus.versionRow(row).paper) === category;
}

/** Undefined for a request that the service does not understand; it then finds no posts. */
function intervalOf(corpus: PreprintCorpus, rest: readonly string[]): Interval | undefined {
  const [from = '', until = '', cursor = '0'] = rest;
  const first = parseDay(from);
  const last = parseDay(until);
  if (first === undefined || last === undefined || !/^\d+$/.test(cursor)) return undefined;
  const start = corpus.list.lowerBound(first);
  const end = Math.max(start, corpus.list.lowerBound(last + daySeconds));
  return { from: dayText(first), until: dayText(last), start, end, cursor: Number(cursor) };
}

function print(parts: PreprintParts, interval: Interval, page: PagePlan, fresh: number): string {
  const message = {
    status: 'ok',
    category: page.category,
    interval: `${interval.from}:${interval.until}`,
    funder: 'all',
    // The service prints a number on the first page and text on later ones.
    cursor: interval.cursor === 0 ? 0 : String(interval.cursor),
    count: page.rows.length,
    count_new_papers: String(fresh),
    total: String(page.total),
  };
  return JSON.stringify({ messages: [message], collection: page.rows.map((row) => parts.corpus.row(row)) });
}
