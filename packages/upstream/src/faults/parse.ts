import { UpstreamError } from '../errors.ts';
import type { Kind } from '../kind.ts';
import { faults } from './catalogue.ts';
import type { FaultDefinition } from './definition.ts';

/** A fault as it was asked for. */
export interface FaultRequest {
  readonly definition: FaultDefinition;
  /** The verb, `second` or `any`. */
  readonly scope: string;
  /** From 1. */
  readonly page: number;
  /** Infinity for `x*`. */
  readonly times: number;
}

const scopesOf: Readonly<Record<'oai' | 'json' | 'arxiv', readonly string[]>> = {
  oai: [
    'ListRecords',
    'ListIdentifiers',
    'GetRecord',
    'Identify',
    'ListSets',
    'ListMetadataFormats',
    'second',
    'any',
  ],
  arxiv: ['api', 'rss'],
  json: ['details', 'pubs', 'doi', 'second', 'any'],
};

/** The scopes that a kind knows; the first one is meant when none is named. */
export function scopes(kind: Kind): readonly string[] {
  if (kind === 'arxiv') return [...scopesOf.oai, ...scopesOf.arxiv];
  return kind === 'oai-pmh' ? scopesOf.oai : scopesOf.json;
}

/** Reads `[SCOPE:]NAME@PAGE[xTIMES]`; `x*` means for ever. @throws UpstreamError with ERR_UPSTREAM_FAULT */
export function parseFault(text: string, kind: Kind): FaultRequest {
  const match = /^(?:([A-Za-z]+):)?([a-z0-9-]+)@([1-9]\d{0,8})(?:x(\*|[1-9]\d{0,8}))?$/.exec(text);
  if (match === null)
    throw wrong(
      `"${text}" is not a fault`,
      'write [SCOPE:]NAME@PAGE[xTIMES], for example 500@4 or ListIdentifiers:429@2x3',
    );
  const [, scope, name = '', page, times = '1'] = match;
  const definition = faults.find((each) => each.name === name);
  if (definition === undefined) throw wrong(`there is no fault "${name}"`, nearest(name));
  if (!definition.kinds.includes(kind))
    throw wrong(`fault "${name}" does not apply to ${kind}`, `it applies to ${definition.kinds.join(', ')}`);
  const known = scopes(kind);
  if (scope !== undefined && !known.includes(scope))
    throw wrong(`there is no scope "${scope}" in ${kind}`, `known scopes: ${known.join(', ')}`);
  return {
    definition,
    scope: scope ?? known[0] ?? 'any',
    page: Number(page),
    times: times === '*' ? Infinity : Number(times),
  };
}

function wrong(message: string, hint: string): UpstreamError {
  return new UpstreamError('ERR_UPSTREAM_FAULT', message, hint);
}

function nearest(name: string): string {
  const parts = name.split('-').filter((part) => part.length > 1);
  const close = faults.map((each) => each.name).filter((each) => parts.some((part) => each.includes(part)));
  return close.length > 0 && close.length < 12 ? `did you mean ${close.join(', ')}?` : 'see --list-faults';
}
