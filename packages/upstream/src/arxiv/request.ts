import { dayOf, daySeconds, parseDay } from '../days.ts';
import { OaiError } from '../oai/envelope.ts';
import { earliestSecond } from '../corpus/seconds.ts';
import { allSets } from './categories.ts';
import { decodeToken } from './token.ts';

/** The prefixes of arXiv. */
export const prefixes = ['oai_dc', 'arXiv', 'arXivOld', 'arXivRaw'] as const;
/** One of them. */
export type Prefix = (typeof prefixes)[number];

/** A list request that passed every check. Seconds are inclusive. */
export interface ListQuery {
  readonly verb: string;
  readonly prefix: Prefix;
  readonly set: string | undefined;
  /** As given; they return in the next token. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly fromSecond: number;
  readonly untilSecond: number;
  readonly skip: number;
  readonly withToken: boolean;
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  Identify: [],
  ListMetadataFormats: ['identifier'],
  ListSets: ['resumptionToken'],
  GetRecord: ['identifier', 'metadataPrefix'],
  ListRecords: ['metadataPrefix', 'from', 'until', 'set', 'resumptionToken'],
  ListIdentifiers: ['metadataPrefix', 'from', 'until', 'set', 'resumptionToken'],
};

const general =
  'The request includes illegal arguments, is missing required arguments, includes a repeated argument, or values for arguments have an illegal syntax.';

/** arXiv's badArgument. */
export function badArgument(reason: string): OaiError {
  return new OaiError('badArgument', `${general} Reason: ${reason}`);
}

/** arXiv's badResumptionToken. */
export function badToken(reason: string): OaiError {
  return new OaiError(
    'badResumptionToken',
    `The value of the resumptionToken argument is invalid or expired. Reason: ${reason}`,
  );
}

/** Arguments of any verb, checked as arXiv checks them. @throws OaiError */
export function checkArguments(
  pairs: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (key in params) throw badArgument('Duplicate parameters not allowed');
    params[key] = value;
  }
  const { verb = '', ...rest } = params;
  const names = allowed[verb];
  if (names === undefined) {
    throw new OaiError(
      'badVerb',
      'Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, or the verb argument is repeated. Reason: Invalid verb',
    );
  }
  for (const key of Object.keys(rest)) {
    if (!names.includes(key))
      throw badArgument(`Unallowed parameter. Only these parameters are allowed: verb, ${names.join(', ')}`);
  }
  if ('resumptionToken' in rest && Object.keys(rest).length > 1)
    throw badArgument('No other parameters allowed with resumptionToken');
  return params;
}

/** The prefix, or the error for a missing or unknown one. @throws OaiError */
export function checkPrefix(text: string | undefined): Prefix {
  if (text === undefined) throw badArgument('metadataPrefix is required');
  const prefix = prefixes.find((each) => each === text);
  if (prefix === undefined)
    throw new OaiError(
      'cannotDisseminateFormat',
      'The metadata format identified by the value given for the metadataPrefix argument is not supported by the item or by the repository. Reason: Metadata format does not exist',
    );
  return prefix;
}

/** Reads a list request, from its token if it has one. @throws OaiError */
export function listQuery(params: Readonly<Record<string, string>>, nowSecond: number): ListQuery {
  const verb = params['verb'] ?? '';
  const token = params['resumptionToken'];
  if (token === undefined) return fromArguments(verb, params, 0, false, nowSecond);
  const held = decodeToken(token);
  if (held === undefined) throw badToken('Token decoding failed or format is invalid.');
  if (held['verb'] !== verb) throw badToken('token from different verb');
  const skip = held['skip'] ?? '';
  const known = ['verb', 'metadataPrefix', 'from', 'until', 'set', 'skip'];
  if (!/^\d{1,9}$/.test(skip) || Object.keys(held).some((key) => !known.includes(key)))
    throw badArgument('invalid parameters in resumptionToken');
  return fromArguments(verb, held, Number(skip), true, nowSecond);
}

function fromArguments(
  verb: string,
  args: Readonly<Record<string, string>>,
  skip: number,
  withToken: boolean,
  now: number,
): ListQuery {
  const prefix = checkPrefix(args['metadataPrefix']);
  const { from, until, set } = args;
  const today = dayOf(now) * daySeconds;
  const fromSecond = from === undefined ? earliestSecond : day(from, 'from');
  const untilDay = until === undefined ? today : day(until, 'until');
  if (fromSecond < earliestSecond) throw badArgument('start date too early');
  if (untilDay > today) throw badArgument('until date too late');
  if (fromSecond > untilDay) throw badArgument('until date must be greater than or equal to from date');
  if (set !== undefined && !allSets.includes(set)) throw badArgument('Set does not exist');
  return {
    verb,
    prefix,
    set,
    from,
    until,
    fromSecond,
    untilSecond: untilDay + daySeconds - 1,
    skip,
    withToken,
  };
}

function day(text: string, name: string): number {
  const second = parseDay(text);
  if (second === undefined) throw badArgument(`${name} date format must be YYYY-MM-DD`);
  return second;
}
