import type { Clock } from '@holdfast/resilience/clock';
import type { Context, Hono } from 'hono';
import { exportLine } from '../../formats/jsonl.ts';
import { isDay } from '../../model/day.ts';
import type { StoredPaper } from '../../model/paper.ts';
import type { StoreReader } from '../../store/port.ts';
import type { Problem } from '../problem.ts';
import { parsePlace, placeText } from './place.ts';
import { settledUntil } from './settled-until.ts';

/** What the routes read. */
export interface RecordParts {
  /** Null when there is no store yet. */
  readonly withReader: <Result>(work: (reader: StoreReader | null) => Promise<Result>) => Promise<Result>;
  readonly clock: Pick<Clock, 'now'>;
  readonly refuse: (context: Context, problem: Problem) => Response;
}

const FORMAT = 'holdfast-records';
/** Records in a page; those of a list of identifiers are small. */
const PAGE = { records: 500, identifiers: 10_000 } as const;

/**
 * What another Holdfast follows: `/api/source` describes a source, `/api/records` and `/api/identifiers` list it by
 * stamp. A page is whole records with all their versions, in the order of (stamp, id); `next` names the last of them.
 */
export function addRecordRoutes(app: Hono, parts: RecordParts): void {
  app.get('/api/source', (context) =>
    answer(context, parts, async (reader, source) => {
      const days = (await reader.windows(source)).map(({ from }) => from).sort();
      return days[0] === undefined ? NOT_PLANNED : { from: days[0] };
    }),
  );
  app.get('/api/records', (context) =>
    answer(context, parts, (reader, source) => listPage(context, reader, source, 'records')),
  );
  app.get('/api/identifiers', (context) =>
    answer(context, parts, (reader, source) => listPage(context, reader, source, 'identifiers')),
  );
}

type Work = (reader: StoreReader, source: string) => Promise<Readonly<Record<string, unknown>> | Problem>;

async function answer(
  context: Context,
  { withReader, clock, refuse }: RecordParts,
  work: Work,
): Promise<Response> {
  const source = context.req.query('source') ?? '';
  // Taken before the store is read: what is said to be settled was so at this moment.
  const servedAt = new Date(clock.now()).toISOString();
  const found = await withReader(async (reader) => {
    const isKnown = reader !== null && (await reader.sources()).some(({ id }) => id === source);
    return reader !== null && isKnown ? work(reader, source) : UNKNOWN_SOURCE;
  });
  if (isProblem(found)) return refuse(context, found);
  return context.json({ format: FORMAT, source, servedAt, ...found });
}

async function listPage(
  context: Context,
  reader: StoreReader,
  source: string,
  as: keyof typeof PAGE,
): Promise<Readonly<Record<string, unknown>> | Problem> {
  const { id, from = '', until, after } = context.req.query();
  if (id !== undefined) return recordPage(reader, source, id);
  const place = after === undefined ? null : parsePlace(after);
  if (!isDay(from) || (until !== undefined && !isDay(until)) || (after !== undefined && place === null))
    return BAD_RANGE;
  const limit = PAGE[as];
  const windows = await reader.windows(source);
  // One more than a page holds: the end of a list is never a page without records.
  const found = await reader.stamped(source, { from, to: until ?? null, after: place, limit: limit + 1 });
  const records = found.slice(0, limit);
  const last = records.at(-1)?.[0];
  return {
    settledUntil: settledUntil(windows, from),
    next: last === undefined || found.length <= limit ? null : placeText({ ...last, id: last.fields.id }),
    records:
      as === 'records'
        ? records.flatMap((versions) => versions.toReversed().map(lineOf))
        : records.flatMap(nameOf),
  };
}

async function recordPage(
  reader: StoreReader,
  source: string,
  id: string,
): Promise<Readonly<Record<string, unknown>>> {
  const versions = await reader.show(id, source);
  return { settledUntil: null, next: null, records: versions.toReversed().map(lineOf) };
}

/** As exports give it; without `seq`, which counts in this store alone. */
function lineOf(paper: StoredPaper): unknown {
  return JSON.parse(exportLine(paper, false));
}

function nameOf([latest]: readonly StoredPaper[]): readonly unknown[] {
  if (latest === undefined) return [];
  const { datestamp, fields } = latest;
  return [{ id: fields.id, datestamp, deleted: fields.deleted }];
}

function isProblem(found: object): found is Problem {
  return 'status' in found && 'hint' in found;
}

const UNKNOWN_SOURCE: Problem = {
  status: 404,
  code: 'ERR_HTTP_SOURCE',
  message: 'This Holdfast has no source of that name.',
  hint: 'Name one that it harvests: ?source=ID, as `holdfast sources` lists them.',
};
const NOT_PLANNED: Problem = {
  status: 503,
  code: 'ERR_HTTP_NOT_PLANNED',
  message: 'This Holdfast has not begun to harvest that source.',
  hint: 'Ask again later.',
};
const BAD_RANGE: Problem = {
  status: 400,
  code: 'ERR_HTTP_RANGE',
  message: 'The range is not well-formed.',
  hint: '"from" and "until" are days such as 2026-01-31, "after" is what "next" of the page before said.',
};
