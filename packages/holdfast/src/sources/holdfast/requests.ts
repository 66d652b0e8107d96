import { addDays } from '../../model/day.ts';
import type { Day } from '../../model/day.ts';
import type { DayRange } from '../../model/window.ts';
import type { PageRequest } from '../port.ts';

/** What is asked of another Holdfast: `/api/records` gives papers, `/api/identifiers` names and stamps alone. */
export type Listing = 'records' | 'identifiers';

/** The other Holdfast, without a trailing slash, and the id that the source has there. */
export interface Peer {
  readonly baseUrl: string;
  readonly source: string;
}

/** The first page of a list; `until` is exclusive, and absent for the tail. */
export function listRequest(peer: Peer, as: Listing, { from, to }: DayRange): PageRequest {
  return request(peer, as, { from, ...(to === null ? {} : { until: to }) }, false);
}

/**
 * The page behind another. The place is the name of a record and keeps its meaning for ever, so it never expires.
 */
export function pageBehind(previous: PageRequest, after: string): PageRequest {
  const url = new URL(previous.url);
  url.searchParams.set('after', after);
  return { url: url.href, as: previous.as, continues: true };
}

/** One record with all its versions. */
export function recordRequest(peer: Peer, id: string): PageRequest {
  return { ...request(peer, 'records', { id }, false), as: 'record' };
}

/** What the other one says of itself. */
export function descriptionRequest(peer: Peer): PageRequest {
  return {
    url: `${peer.baseUrl}/api/source?${query({ source: peer.source })}`,
    as: 'source',
    continues: false,
  };
}

/** The range that a request asks for; `to` null for the tail, both null for one record. */
export function rangeOf({ url }: PageRequest): { readonly from: Day | null; readonly to: Day | null } {
  const { searchParams } = new URL(url);
  return { from: searchParams.get('from'), to: searchParams.get('until') };
}

/** Later looks list identifiers over a range that begins a day or more earlier: no cache answers two looks alike. */
export function lookRequest(peer: Peer, range: DayRange, look: number): PageRequest {
  if (look === 1) return listRequest(peer, 'records', range);
  return listRequest(peer, 'identifiers', { ...range, from: addDays(range.from, -(1 + ((look - 2) % 7))) });
}

/** An audit lists identifiers from further back than any look of the harvest, for the same reason. */
export function auditRequest(peer: Peer, range: DayRange, turn: number): PageRequest {
  return listRequest(peer, 'identifiers', { ...range, from: addDays(range.from, -(8 + (turn % 7))) });
}

function request(
  { baseUrl, source }: Peer,
  as: Listing,
  parameters: Readonly<Record<string, string>>,
  continues: boolean,
): PageRequest {
  return { url: `${baseUrl}/api/${as}?${query({ source, ...parameters })}`, as, continues };
}

function query(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&');
}
