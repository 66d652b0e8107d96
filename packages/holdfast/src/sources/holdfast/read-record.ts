import { z } from 'zod';
import { hashPaper, HASH_VERSION } from '../../model/hash.ts';
import type { Item } from '../../model/item.ts';
import type { PaperFields, Place } from '../../model/paper.ts';

const text = z.string().nullable();

/** A line as `export --format jsonl` gives it; keys that are not known yet are left aside. */
const line = z.object({
  id: z.string().min(1),
  version: text,
  datestamp: z.string().regex(/^\d{4}-\d\d-\d\d/),
  deleted: z.boolean(),
  withdrawn: z.boolean(),
  title: text,
  abstract: text,
  authors: z.array(
    z.object({ name: z.string(), orcid: z.string().optional(), affiliation: z.string().optional() }),
  ),
  categories: z.array(z.string()),
  doi: text,
  journalRef: text,
  comment: text,
  published: text,
  updated: text,
  license: text,
  urls: z.record(z.string(), z.string()),
  hash: z.string(),
  hashVersion: z.number(),
});

const listed = z.object({
  id: z.string().min(1),
  datestamp: z.string().regex(/^\d{4}-\d\d-\d\d/),
  deleted: z.boolean(),
});

/** Why a record cannot be taken. */
export interface RecordFault {
  readonly fault: true;
  readonly id: string | null;
  readonly datestamp: string | null;
  readonly code: string;
  readonly reason: string;
}

/** One element of a list of records: all fields are known, so nothing is left to learn from elsewhere. */
export function readRecord(value: unknown, place: Place): Item | RecordFault {
  const parsed = line.safeParse(value);
  if (!parsed.success) return faultOf(value, parsed.error);
  const { datestamp, hash, hashVersion, ...rest } = parsed.data;
  const fields = inOrder(rest);
  if (hashVersion === HASH_VERSION && hashPaper(fields) !== hash) {
    const reason = `Its content has another hash than the one that it came with (${hash.slice(0, 12)}…).`;
    return { fault: true, id: fields.id, datestamp, code: 'ERR_RECORD_HASH', reason };
  }
  return { type: 'paper', id: fields.id, datestamp, place, fields, unknown: [] };
}

/** One element of a list of identifiers. */
export function readListed(value: unknown): Item | RecordFault {
  const parsed = listed.safeParse(value);
  if (!parsed.success) return faultOf(value, parsed.error);
  const { id, datestamp } = parsed.data;
  return { type: 'listed', id, datestamp, place: null };
}

/** The hash covers the fields in their fixed order, and authors in theirs. */
function inOrder({
  authors,
  ...rest
}: Omit<z.output<typeof line>, 'datestamp' | 'hash' | 'hashVersion'>): PaperFields {
  const { id, version, deleted, withdrawn, title, abstract, categories, doi, journalRef, comment } = rest;
  const { published, updated, license, urls } = rest;
  return {
    id,
    version,
    deleted,
    withdrawn,
    title,
    abstract,
    authors: authors.map(({ name, orcid, affiliation }) => ({
      name,
      ...(orcid === undefined ? {} : { orcid }),
      ...(affiliation === undefined ? {} : { affiliation }),
    })),
    categories,
    doi,
    journalRef,
    comment,
    published,
    updated,
    license,
    urls,
  };
}

function faultOf(value: unknown, error: z.ZodError): RecordFault {
  const known =
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const issue = error.issues[0];
  const reason = `The field ${issue?.path.join('.') ?? ''} is not as expected: ${issue?.message ?? 'unknown'}.`;
  return {
    fault: true,
    id: textOf(known['id']),
    datestamp: textOf(known['datestamp']),
    code: 'ERR_RECORD_SHAPE',
    reason,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
