import { daySeconds, parseDay, parseSecond } from '../days.ts';
import { OaiError } from '../oai/envelope.ts';
import { prefixes, type Prefix } from './formats.ts';

const allowed: Readonly<Record<string, readonly string[]>> = {
  Identify: [],
  ListMetadataFormats: ['identifier'],
  ListSets: ['resumptionToken'],
  GetRecord: ['identifier', 'metadataPrefix'],
  ListRecords: ['metadataPrefix', 'from', 'until', 'set', 'resumptionToken'],
  ListIdentifiers: ['metadataPrefix', 'from', 'until', 'set', 'resumptionToken'],
};

/** Arguments of any verb, checked. @throws OaiError */
export function checkArguments(
  pairs: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (key in params)
      throw new OaiError(key === 'verb' ? 'badVerb' : 'badArgument', `The argument "${key}" is repeated`);
    params[key] = value;
  }
  const { verb = '', ...rest } = params;
  const names = allowed[verb];
  if (names === undefined) throw new OaiError('badVerb', 'Illegal OAI verb');
  const illegal = Object.keys(rest).find((key) => !names.includes(key));
  if (illegal !== undefined)
    throw new OaiError('badArgument', `The argument "${illegal}" is not allowed here`);
  if ('resumptionToken' in rest && Object.keys(rest).length > 1)
    throw new OaiError('badArgument', 'resumptionToken is exclusive');
  return params;
}

/** The prefix. @throws OaiError */
export function checkPrefix(text: string | undefined): Prefix {
  if (text === undefined) throw new OaiError('badArgument', 'metadataPrefix is required');
  const prefix = prefixes.find((each) => each === text);
  if (prefix === undefined) throw new OaiError('cannotDisseminateFormat', `"${text}" is not supported`);
  return prefix;
}

/** The inclusive range of seconds that from and until name. @throws OaiError */
export function range(
  from: string,
  until: string,
  granularity: 'seconds' | 'day',
): { first: number; last: number } {
  if (from !== '' && until !== '' && from.length !== until.length)
    throw new OaiError('badArgument', 'from and until differ in granularity');
  const first = from === '' ? 0 : bound(from, granularity, false);
  const last = until === '' ? 0xffff_fffe : bound(until, granularity, true);
  if (first > last) throw new OaiError('badArgument', 'from is later than until');
  return { first, last };
}

function bound(text: string, granularity: 'seconds' | 'day', end: boolean): number {
  const day = parseDay(text);
  if (day !== undefined) return end ? day + daySeconds - 1 : day;
  const second = granularity === 'seconds' ? parseSecond(text) : undefined;
  if (second === undefined) throw new OaiError('badArgument', `"${text}" is not a date of this repository`);
  return second;
}
