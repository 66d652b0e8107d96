import type { ListVerb } from './oai-shape.ts';

/** Arguments of a first list request; absent ones are left out. */
export interface ListArguments {
  readonly metadataPrefix: string;
  readonly set?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** The URL of a list from its start. */
export function listUrl(baseUrl: string, verb: ListVerb, list: ListArguments): string {
  return urlOf(baseUrl, { verb, ...list });
}

/** The URL that continues a list: a token excludes every other argument (OAI-PMH 2.0, section 3.5). */
export function tokenUrl(baseUrl: string, verb: ListVerb, token: string): string {
  return urlOf(baseUrl, { verb, resumptionToken: token });
}

/** The URL of one record. */
export function recordUrl(baseUrl: string, identifier: string, metadataPrefix: string): string {
  return urlOf(baseUrl, { verb: 'GetRecord', identifier, metadataPrefix });
}

/** The URL of the repository's description. */
export function identifyUrl(baseUrl: string): string {
  return urlOf(baseUrl, { verb: 'Identify' });
}

/** Each value is percent-encoded once more, as it stands: a token may itself be an encoded query. */
function urlOf(baseUrl: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
  const joint = /[?&]$/.test(baseUrl) ? '' : baseUrl.includes('?') ? '&' : '?';
  return `${baseUrl}${joint}${query}`;
}
