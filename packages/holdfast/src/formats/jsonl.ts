import type { Author, StoredPaper } from '../model/paper.ts';
import type { FormatOptions, FormatWriter } from './port.ts';

/**
 * One paper as a line of JSONL without the line end: the keys of DESIGN's contract in their fixed order.
 * `withSeq` false leaves `seq` out, so that two stores with the same papers give the same bytes.
 */
export function exportLine(paper: StoredPaper, withSeq: boolean): string {
  const { fields } = paper;
  return JSON.stringify({
    ...(withSeq ? { seq: Number(paper.seq) } : {}),
    source: paper.source,
    id: fields.id,
    version: fields.version,
    datestamp: paper.datestamp,
    deleted: fields.deleted,
    withdrawn: fields.withdrawn,
    title: fields.title,
    abstract: fields.abstract,
    authors: fields.authors.map(author),
    categories: fields.categories,
    doi: fields.doi,
    journalRef: fields.journalRef,
    comment: fields.comment,
    published: fields.published,
    updated: fields.updated,
    license: fields.license,
    urls: fields.urls,
    hash: paper.hash,
    hashVersion: paper.hashVersion,
  });
}

function author({ name, orcid, affiliation }: Author): Author {
  return {
    name,
    ...(orcid === undefined ? {} : { orcid }),
    ...(affiliation === undefined ? {} : { affiliation }),
  };
}

/** One line a paper. */
export function jsonlWriter({ withSeq }: FormatOptions): FormatWriter {
  return { header: () => '', paper: (paper) => `${exportLine(paper, withSeq)}\n`, footer: () => '' };
}
