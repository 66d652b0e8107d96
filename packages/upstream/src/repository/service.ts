import { secondText, dayText } from '../days.ts';
import { document, echoless, OaiError } from '../oai/envelope.ts';
import { tokenXml } from '../oai/token-xml.ts';
import type { Answer, Call, PagePlan, Service } from '../page.ts';
import { escapeXml } from '../text/escape.ts';
import type { RepositoryCorpus } from './corpus.ts';
import { formats, metadata, prefixes, type Prefix } from './formats.ts';
import { checkArguments, checkPrefix, range } from './request.ts';
import { decodeToken, encodeToken, type Held } from './token.ts';

const baseUrl = 'http://repo.example/oai';

/** What the repository is made of. */
export interface RepositoryParts {
  readonly corpus: RepositoryCorpus;
  readonly seed: number;
  readonly pageSize: number;
  readonly granularity: 'seconds' | 'day';
  readonly sets: number;
  /** Milliseconds. */
  readonly tokenTtl: number;
}

/** A well-behaved OAI-PMH 2.0 repository at `/oai`: keyset paging, so that changes during a walk lose nothing. */
export function repositoryService(parts: RepositoryParts): Service {
  return {
    verb: (path, params) => (path === '/oai' ? (params['verb'] ?? 'none') : 'none'),
    answer: (call, pageSize) => {
      if (call.path !== '/oai')
        return {
          type: 'text',
          status: 404,
          contentType: 'text/plain',
          cache: 'none',
          rows: [],
          text: 'Not Found',
        };
      try {
        return route(parts, call, pageSize ?? parts.pageSize);
      } catch (error) {
        if (!(error instanceof OaiError)) throw error;
        return failure(call, error);
      }
    },
    reject: (call, code, message) => failure(call, new OaiError(code, message)),
  };
}

function route(parts: RepositoryParts, call: Call, pageSize: number): Answer {
  const params = checkArguments(call.pairs);
  switch (params['verb']) {
    case 'Identify':
      return text(call, params, identify(parts));
    case 'ListSets':
      return text(call, params, listSets(parts));
    case 'ListMetadataFormats':
      if (params['identifier'] !== undefined) find(parts, params['identifier']);
      return text(call, params, listFormats());
    case 'GetRecord': {
      const { identifier } = params;
      if (identifier === undefined) throw new OaiError('badArgument', 'identifier is required');
      const prefix = checkPrefix(params['metadataPrefix']);
      const row = find(parts, identifier);
      return text(call, params, `<GetRecord>\n${record(parts, row, prefix)}</GetRecord>\n`, [row]);
    }
    default:
      return list(parts, call, params, pageSize);
  }
}

function failure(call: Call, error: OaiError): Answer {
  return text(
    call,
    echoless(error.code) ? {} : call.params,
    `<error code="${error.code}">${escapeXml(error.message)}</error>\n`,
  );
}

function text(
  call: Call,
  echo: Readonly<Record<string, string>>,
  content: string,
  rows: readonly number[] = [],
): Answer {
  return {
    type: 'text',
    status: 200,
    contentType: 'text/xml; charset=UTF-8',
    cache: 'none',
    rows,
    text: document(envelope(call), echo, content),
  };
}

function envelope(call: Call): { baseUrl: string; second: number } {
  return { baseUrl, second: Math.floor(call.now / 1000) };
}

function heldOf(parts: RepositoryParts, call: Call, params: Readonly<Record<string, string>>): Held {
  const verb = params['verb'] ?? '';
  const token = params['resumptionToken'];
  if (token !== undefined) {
    const held = decodeToken(token, parts.seed);
    if (held === undefined || held.verb !== verb)
      throw new OaiError('badResumptionToken', 'The resumptionToken is invalid');
    if (call.now >= held.expires) throw new OaiError('badResumptionToken', 'The resumptionToken has expired');
    return held;
  }
  const prefix = checkPrefix(params['metadataPrefix']);
  const { from = '', until = '', set = '' } = params;
  if (set !== '' && parts.sets === 0)
    throw new OaiError('noSetHierarchy', 'This repository does not support sets');
  return { verb, prefix, from, until, set, second: 0, row: -1, cursor: 0, total: -1, expires: 0 };
}

function list(
  parts: RepositoryParts,
  call: Call,
  params: Readonly<Record<string, string>>,
  size: number,
): Answer {
  const held = heldOf(parts, call, params);
  const { rows, more, total } = rowsAfter(parts, held, size);
  if (rows.length === 0) throw new OaiError('noRecordsMatch', 'No records match');
  const known = held.total < 0 ? total : held.total;
  const attributes: Record<string, string> = { completeListSize: String(known), cursor: String(held.cursor) };
  const last = rows.at(-1) ?? 0;
  const expires = call.now + parts.tokenTtl;
  const next: Held = {
    ...held,
    second: parts.corpus.list.second(last),
    row: last,
    cursor: held.cursor + rows.length,
    total: known,
    expires,
  };
  const token: PagePlan['token'] = more
    ? {
        kind: 'next',
        text: encodeToken(next, parts.seed),
        attributes: { expirationDate: secondText(expires / 1000), ...attributes },
      }
    : held.row < 0
      ? { kind: 'absent' }
      : { kind: 'empty', attributes };
  return {
    type: 'page',
    page: { rows, token, total: known, category: 'all' },
    contentType: 'text/xml; charset=UTF-8',
    cache: 'none',
    print: (page) => {
      const printed = page.rows.map((row) =>
        held.verb === 'ListIdentifiers' ? header(parts, row) : record(parts, row, checkPrefix(held.prefix)),
      );
      return document(
        envelope(call),
        params,
        `<${held.verb}>\n${printed.join('')}${tokenXml(page.token)}</${held.verb}>\n`,
      );
    },
  };
}

function rowsAfter(
  { corpus, granularity }: RepositoryParts,
  held: Held,
  size: number,
): { rows: number[]; more: boolean; total: number } {
  const { first, last } = range(held.from, held.until, granularity);
  const { list } = corpus;
  const wanted = (row: number): boolean => held.set === '' || corpus.set(row) === held.set;
  const end = list.lowerBound(last + 1);
  const rows: number[] = [];
  let more = false;
  for (let place = list.lowerBound(Math.max(first, held.second)); place < end && !more; place += 1) {
    const row = list.at(place);
    if (!wanted(row) || (list.second(row) === held.second && row <= held.row)) continue;
    if (rows.length === size) more = true;
    else rows.push(row);
  }
  if (held.total >= 0 || held.set === '') return { rows, more, total: end - list.lowerBound(first) };
  let total = 0;
  for (let place = list.lowerBound(first); place < end; place += 1) if (wanted(list.at(place))) total += 1;
  return { rows, more, total };
}

function record(parts: RepositoryParts, row: number, prefix: Prefix): string {
  if (parts.corpus.deleted(row)) return `<record>\n${header(parts, row)}</record>\n`;
  return `<record>\n${header(parts, row)}<metadata>\n${metadata(parts.corpus.item(row), prefix)}\n</metadata>\n</record>\n`;
}

function header({ corpus }: RepositoryParts, row: number): string {
  const set = corpus.set(row);
  return (
    `<header${corpus.deleted(row) ? ' status="deleted"' : ''}>\n<identifier>${corpus.id(row)}</identifier>\n` +
    `<datestamp>${corpus.datestamp(row)}</datestamp>\n${set === undefined ? '' : `<setSpec>${set}</setSpec>\n`}</header>\n`
  );
}

function find(parts: RepositoryParts, identifier: string): number {
  const row = parts.corpus.find(identifier);
  if (row === undefined || !parts.corpus.list.isKnown(row))
    throw new OaiError('idDoesNotExist', 'No matching identifier');
  return row;
}

function identify(parts: RepositoryParts): string {
  const { list } = parts.corpus;
  const first = list.listed === 0 ? 0 : list.second(list.at(0));
  const day = parts.granularity === 'day';
  return (
    `<Identify>\n<repositoryName>Simulated repository</repositoryName>\n<baseURL>${baseUrl}</baseURL>\n<protocolVersion>2.0</protocolVersion>\n` +
    `<adminEmail>admin@repo.example</adminEmail>\n<earliestDatestamp>${day ? dayText(first) : secondText(first)}</earliestDatestamp>\n` +
    `<deletedRecord>persistent</deletedRecord>\n<granularity>${day ? 'YYYY-MM-DD' : 'YYYY-MM-DDThh:mm:ssZ'}</granularity>\n</Identify>\n`
  );
}

function listSets(parts: RepositoryParts): string {
  if (parts.sets === 0) throw new OaiError('noSetHierarchy', 'This repository does not support sets');
  const sets = Array.from(
    { length: parts.sets },
    (_, i) => `<set><setSpec>col_${i}</setSpec><setName>Collection ${i}</setName></set>\n`,
  );
  return `<ListSets>\n${sets.join('')}</ListSets>\n`;
}

function listFormats(): string {
  const each = prefixes.map(
    (prefix) =>
      `<metadataFormat><metadataPrefix>${prefix}</metadataPrefix><schema>${formats[prefix].schema}</schema><metadataNamespace>${formats[prefix].namespace}</metadataNamespace></metadataFormat>\n`,
  );
  return `<ListMetadataFormats>\n${each.join('')}</ListMetadataFormats>\n`;
}
