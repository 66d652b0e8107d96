import { oaiOfArxivId } from '../../identity/arxiv-id.ts';
import type { Item } from '../../model/item.ts';
import { normalise } from '../../model/normalise.ts';
import type { Place } from '../../model/paper.ts';
import type { XmlNode } from '../../xml/index.ts';
import { childOf, childrenOf, childText, textOf } from '../../xml/index.ts';
import type { Fault, OaiRecord } from '../oai-pmh/index.ts';

/**
 * A paper from the prefix `arXiv`. It names neither version nor first posting: `created` is the date of the
 * current version, against its schema's note, and `acm-class` is filled from `msc-class`; neither is taken so.
 */
export function readArxivPaper(id: string, record: OaiRecord, place: Place): Item | Fault {
  const { metadata, datestamp } = record;
  const own = childText(metadata, 'id')?.trim();
  if (own !== undefined && own !== id) {
    const reason = `The record's header says ${oaiOfArxivId(id)}, its metadata ${own.slice(0, 40)}.`;
    return { fault: true, code: 'ERR_ARXIV_ID_MISMATCH', reason, identifier: record.identifier, datestamp };
  }
  const text = (name: string): string | null => childText(metadata, name);
  const fields = normalise({
    id,
    title: text('title'),
    abstract: text('abstract'),
    authors: childrenOf(childOf(metadata, 'authors'), 'author').map(readAuthor),
    categories: (text('categories') ?? '').split(/\s+/),
    doi: text('doi'),
    journalRef: text('journal-ref'),
    comment: text('comments'),
    updated: text('updated') ?? text('created'),
    license: text('license'),
    urls: { abstract: `https://arxiv.org/abs/${id}`, pdf: `https://arxiv.org/pdf/${id}` },
  });
  if (fields.title === null) {
    // Every paper has one: the format has changed, and this reader must not store what it does not understand.
    const reason = 'The paper has no title.';
    return { fault: true, code: 'ERR_ARXIV_NO_TITLE', reason, identifier: record.identifier, datestamp };
  }
  return { type: 'paper', id, datestamp, place, fields, unknown: ['version', 'published', 'withdrawn'] };
}

function readAuthor(author: XmlNode): { name: string; affiliation: string | null } {
  const name = ['forenames', 'keyname', 'suffix']
    .flatMap((part) => childText(author, part)?.trim() || [])
    .join(' ');
  const affiliations = childrenOf(author, 'affiliation').map((affiliation) => textOf(affiliation).trim());
  return { name, affiliation: affiliations.filter((text) => text !== '').join('; ') || null };
}
