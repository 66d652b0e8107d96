import { dayOf, daySeconds, secondText } from '../days.ts';
import { document, echoless, OaiError } from '../oai/envelope.ts';
import { tokenXml } from '../oai/token-xml.ts';
import type { Answer, CacheClass, Call, PagePlan } from '../page.ts';
import { escapeXml } from '../text/escape.ts';
import { allSets, setSpecs } from './categories.ts';
import type { ArxivCorpus } from './corpus.ts';
import { formats, metadata } from './formats.ts';
import { arxivPage, type ArxivPage } from './paging.ts';
import {
  badArgument,
  checkArguments,
  checkPrefix,
  listQuery,
  prefixes,
  type ListQuery,
  type Prefix,
} from './request.ts';
import { encodeToken } from './token.ts';

const baseUrl = 'http://oaipmh.arxiv.org/oai';
const contentType = 'text/xml';
const idPrefix = 'oai:arXiv.org:';

/** What arXiv's OAI service is made of. */
export interface ArxivOaiParts {
  readonly corpus: ArxivCorpus;
  readonly seed: number;
  /** Records a page; ListIdentifiers gives eight times as many. */
  readonly pageSize: number;
}

/** Answers a request to `/oai`. */
export function arxivOai(parts: ArxivOaiParts, call: Call, pageSize?: number): Answer {
  try {
    const params = checkArguments(call.pairs);
    switch (params['verb']) {
      case 'Identify':
        return text(call, params, identify(), 'static');
      case 'ListSets':
        return text(call, params, listSets(params), 'static');
      case 'ListMetadataFormats':
        return listFormats(parts, call, params);
      case 'GetRecord':
        return getRecord(parts, call, params);
      default:
        return list(parts, call, params, pageSize);
    }
  } catch (error) {
    if (!(error instanceof OaiError)) throw error;
    return arxivOaiError(call, error);
  }
}

/** An OAI error in arXiv's form. */
export function arxivOaiError(call: Call, error: OaiError): Answer {
  const echo = echoless(error.code) ? {} : call.params;
  const content = `<error code='${error.code}'>${escapeXml(error.message)}</error>\n`;
  return text(call, echo, content, 'error');
}

function text(
  call: Call,
  echo: Readonly<Record<string, string>>,
  content: string,
  cache: CacheClass,
  rows: readonly number[] = [],
): Answer {
  return {
    type: 'text',
    status: 200,
    contentType,
    cache,
    rows,
    text: document(envelope(call), echo, content),
  };
}

function envelope(call: Call): { baseUrl: string; second: number } {
  return { baseUrl, second: Math.floor(call.now / 1000) };
}

function list(
  parts: ArxivOaiParts,
  call: Call,
  params: Readonly<Record<string, string>>,
  pageSize = parts.pageSize,
): Answer {
  const query = listQuery(params, Math.floor(call.now / 1000));
  const size = query.verb === 'ListIdentifiers' ? pageSize * 8 : pageSize;
  const page = arxivPage(parts.corpus, query, size);
  if (page.rows.length === 0) {
    throw new OaiError(
      'noRecordsMatch',
      'The combination of the values of the from, until, set and metadataPrefix arguments results in an empty list. Reason: No records match',
    );
  }
  const plan: PagePlan = {
    rows: page.rows,
    token: token(parts, call, query, page),
    total: page.total,
    category: 'all',
  };
  // The original echoes the next query's from on a first page that has a token.
  const echo =
    page.next?.from !== undefined && !query.withToken ? { ...params, from: page.next.from } : params;
  const open = query.until === undefined || query.untilSecond >= call.now / 1000;
  return {
    type: 'page',
    page: plan,
    contentType,
    cache: open ? 'open' : 'closed',
    print: (changed) => print(parts, call, query, echo, changed),
  };
}

function token(parts: ArxivOaiParts, call: Call, query: ListQuery, page: ArxivPage): PagePlan['token'] {
  if (page.next === undefined)
    return query.withToken ? { kind: 'empty', attributes: {} } : { kind: 'absent' };
  const held: Record<string, string> = { verb: query.verb, metadataPrefix: query.prefix };
  if (page.next.from !== undefined) held['from'] = page.next.from;
  if (query.until !== undefined) held['until'] = query.until;
  if (query.set !== undefined) held['set'] = query.set;
  held['skip'] = String(page.next.skip);
  const midnight = (dayOf(call.now / 1000) + 1) * daySeconds;
  return {
    kind: 'next',
    text: encodeToken(held, parts.seed),
    attributes: { expirationDate: secondText(midnight) },
  };
}

function print(
  parts: ArxivOaiParts,
  call: Call,
  query: ListQuery,
  echo: Readonly<Record<string, string>>,
  page: PagePlan,
): string {
  const { corpus } = parts;
  const rows = page.rows.map((row) =>
    query.verb === 'ListIdentifiers' ? header(corpus, row, false) : record(corpus, row, query.prefix),
  );
  return document(
    envelope(call),
    echo,
    `<${query.verb}>\n${rows.join('')}${tokenXml(page.token)}</${query.verb}>\n`,
  );
}

function record(corpus: ArxivCorpus, row: number, prefix: Prefix): string {
  return `<record>\n${header(corpus, row, true)}<metadata>\n ${metadata(corpus.paper(row), prefix)}\n</metadata>\n</record>\n`;
}

function header(corpus: ArxivCorpus, row: number, expand: boolean): string {
  const paper = corpus.paper(row);
  const sets = setSpecs(paper.categories, expand)
    .map((spec) => ` <setSpec>${spec}</setSpec>\n`)
    .join('');
  return `<header>\n <identifier>${idPrefix}${paper.id}</identifier>\n <datestamp>${corpus.datestamp(row)}</datestamp>\n${sets}</header>\n`;
}

function getRecord(parts: ArxivOaiParts, call: Call, params: Readonly<Record<string, string>>): Answer {
  const identifier = params['identifier'];
  if (identifier === undefined) throw badArgument('identifier is required');
  const prefix = checkPrefix(params['metadataPrefix']);
  const row = find(parts, identifier);
  return text(call, params, `<GetRecord>\n${record(parts.corpus, row, prefix)}</GetRecord>\n`, 'record', [
    row,
  ]);
}

function find(parts: ArxivOaiParts, identifier: string): number {
  const row = identifier.startsWith(idPrefix)
    ? parts.corpus.find(identifier.slice(idPrefix.length))
    : undefined;
  if (row === undefined || !parts.corpus.list.isKnown(row)) {
    throw new OaiError(
      'idDoesNotExist',
      'The value of the identifier argument is unknown or illegal in this repository. Reason: nothing found for this id',
    );
  }
  return row;
}

function listFormats(parts: ArxivOaiParts, call: Call, params: Readonly<Record<string, string>>): Answer {
  const { identifier } = params;
  if (identifier !== undefined) find(parts, identifier);
  const content = prefixes.map(
    (prefix) =>
      `<metadataFormat><metadataPrefix>${prefix}</metadataPrefix><schema>${formats[prefix].schema}</schema>` +
      `<metadataNamespace>${formats[prefix].namespace}</metadataNamespace></metadataFormat>\n`,
  );
  return text(call, params, `<ListMetadataFormats>\n${content.join('')}</ListMetadataFormats>\n`, 'static');
}

function listSets(params: Readonly<Record<string, string>>): string {
  if (params['resumptionToken'] !== undefined)
    throw new OaiError('badResumptionToken', 'Token decoding failed or format is invalid.');
  const sets = allSets.map((spec) => `<set><setSpec>${spec}</setSpec><setName>${spec}</setName></set>\n`);
  return `<ListSets>\n${sets.join('')}</ListSets>\n`;
}

function identify(): string {
  return (
    '<Identify>\n<repositoryName>arXiv</repositoryName>\n' +
    `<baseURL>${baseUrl}</baseURL>\n<protocolVersion>2.0</protocolVersion>\n<adminEmail>help@arxiv.org</adminEmail>\n` +
    '<earliestDatestamp>2005-09-16</earliestDatestamp>\n<deletedRecord>persistent</deletedRecord>\n<granularity>YYYY-MM-DD</granularity>\n</Identify>\n'
  );
}
