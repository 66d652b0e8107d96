import { isDay } from '../../model/day.ts';
import type { Item, UnknownField } from '../../model/item.ts';
import { normalise } from '../../model/normalise.ts';
import type { Place } from '../../model/paper.ts';
import { doiUrl, isDoi } from '../../identity/doi.ts';
import type { PreprintServer } from './requests.ts';

/** Why a row is no item. Identifier and stamp where they could be read. */
export interface RowFault {
  readonly type: 'fault';
  readonly code: string;
  readonly reason: string;
  readonly id: string | null;
  readonly datestamp: string | null;
}

type Row = Readonly<Record<string, unknown>>;

/** Reads a row of `/details`: one version of one preprint. */
export function readVersionRow(value: unknown, server: PreprintServer, place: Place): Item | RowFault {
  if (!isRow(value)) return fault('ERR_ROW_SHAPE', 'The row is not an object.', null, null);
  const { doi, version, date } = value;
  const wrong = firstNonText(value) ?? otherServer(value['server'], server);
  if (wrong !== null) return fault('ERR_ROW_FIELD', wrong, doi, date);
  if (typeof doi !== 'string' || !isDoi(doi)) return fault('ERR_ROW_ID', 'The row has no DOI.', doi, date);
  if (typeof version !== 'string' || !/^\d+$/.test(version))
    return fault('ERR_ROW_VERSION', 'The row has no version number.', doi, date);
  if (typeof date !== 'string' || !isDay(date))
    return fault('ERR_ROW_DATE', 'The row has no date.', doi, date);
  const published = known(value['published']);
  // `details` never names the journal; that a preprint is not published yet is no proof against a link known before.
  const unknown: UnknownField[] = ['journalRef'];
  if (version !== '1') unknown.push('published');
  if (published === null) unknown.push('urls.journal');
  const fields = normalise({
    id: doi,
    version,
    withdrawn: /^\s*withdrawn/i.test(known(value['type']) ?? ''),
    title: text(value['title']),
    abstract: known(value['abstract']),
    authors: (text(value['authors']) ?? '').split(';').map((name) => ({ name })),
    categories: [known(value['category'])],
    doi,
    published: version === '1' ? date : null,
    updated: date,
    license: known(value['license']),
    urls: {
      ...pageUrls(server, doi, version),
      jats: webAddress(known(value['jatsxml'])),
      journal: published === null ? null : doiUrl(published),
    },
  });
  return { type: 'paper', id: doi, datestamp: date, place, fields, unknown };
}

/** Reads a row of `/pubs`: the journal article of a preprint. `biorxiv_doi` is an older name of the same field. */
export function readLinkRow(value: unknown, server: PreprintServer, place: Place): Item | RowFault {
  if (!isRow(value)) return fault('ERR_ROW_SHAPE', 'The row is not an object.', null, null);
  const doi = value['preprint_doi'] ?? value['biorxiv_doi'];
  const date = value['published_date'];
  const wrong = firstNonText(value) ?? otherServer(value['preprint_platform'], server);
  if (wrong !== null) return fault('ERR_ROW_FIELD', wrong, doi, date);
  const article = known(value['published_doi']);
  if (typeof doi !== 'string' || !isDoi(doi))
    return fault('ERR_ROW_ID', 'The row has no DOI of a preprint.', doi, date);
  if (article === null) return fault('ERR_ROW_LINK', 'The row has no DOI of an article.', doi, date);
  if (typeof date !== 'string' || !isDay(date))
    return fault('ERR_ROW_DATE', 'The row has no date of publication.', doi, date);
  return {
    type: 'journal',
    id: doi,
    datestamp: date,
    place,
    journalRef: known(value['published_journal']),
    url: doiUrl(article),
  };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All fields of the interface are text. A number here means that the format changed: nothing is guessed. */
function firstNonText(row: Row): string | null {
  const wrong = Object.entries(row).find(([, value]) => value !== null && typeof value !== 'string');
  return wrong === undefined ? null : `The field "${wrong[0].slice(0, 40)}" is not text.`;
}

function otherServer(value: unknown, server: PreprintServer): string | null {
  const name = known(value);
  return name === null || name.trim().toLowerCase() === server
    ? null
    : `The row belongs to "${name.slice(0, 40)}".`;
}

function fault(code: string, reason: string, id: unknown, date: unknown): RowFault {
  return {
    type: 'fault',
    code,
    reason,
    id: typeof id === 'string' && id !== '' ? id : null,
    datestamp: typeof date === 'string' && isDay(date) ? date : null,
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The interface writes `NA` for what it does not have. */
function known(value: unknown): string | null {
  const found = text(value);
  return found === null || found.trim() === '' || found.trim() === 'NA' ? null : found;
}

function pageUrls(server: PreprintServer, doi: string, version: string): Record<string, string> {
  const page = `https://www.${server}.org/content/${doi.toWellFormed().split('/').map(encodeURIComponent).join('/')}v${version}`;
  return { abstract: page, pdf: `${page}.full.pdf` };
}

/** Upstream text is hostile: only web addresses become links. */
function webAddress(url: string | null): string | null {
  return url !== null && /^https?:\/\/\S+$/i.test(url.trim()) ? url : null;
}
