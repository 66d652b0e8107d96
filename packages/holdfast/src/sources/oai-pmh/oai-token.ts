import type { PageRequest, Reading } from '../port.ts';
import type { OaiDocument } from './oai-document.ts';
import { tokenUrl } from './oai-request.ts';
import { verbOf } from './oai-shape.ts';

/** A token that lives longer is no statement about this harvest. */
const LONGEST_TOKEN_LIFE = 366 * 86_400_000;

/** A page whose end is to be judged. */
export interface EndOf {
  readonly baseUrl: string;
  readonly request: PageRequest;
  readonly receivedAt: number;
  readonly document: OaiDocument<unknown>;
  /** Records on the page, bad ones included. */
  readonly count: number;
}

/**
 * How a page ends (OAI-PMH 2.0, section 3.5, and what servers make of it). A token goes on, from an empty page
 * too: some servers filter a page after cutting it. An empty token element ends a list, and a first page without
 * the element is the whole list; both prove the end only when the page had records. Everything else just
 * stopped: a token request answered without the element, a page without records, the word `null` as a token
 * (a token that merely contains it is a token).
 */
export function endOfPage(page: EndOf): Pick<Extract<Reading, { type: 'page' }>, 'end' | 'next'> {
  if (page.request.as.startsWith('GetRecord'))
    return { end: page.count > 0 ? 'proved' : 'unproved', next: null };
  const token = page.document.list?.token ?? null;
  if (token === null)
    return { end: page.count > 0 && !page.request.continues ? 'proved' : 'unproved', next: null };
  if (/^(null)?$/i.test(token.text)) {
    return { end: page.count > 0 && token.text === '' ? 'proved' : 'unproved', next: null };
  }
  return { end: 'more', next: continuation(page, token.text, token.expirationDate) };
}

function continuation(page: EndOf, token: string, expirationDate: string | null): PageRequest {
  const { as } = page.request;
  const url = tokenUrl(page.baseUrl, verbOf(as), token);
  const life = lifeOf(page.document.responseDate, expirationDate);
  return { url, as, continues: true, ...(life === null ? {} : { expiresAt: page.receivedAt + life }) };
}

/**
 * How long the token lives by the server's own clock, in ms: the difference holds whatever our clock says. Null
 * when the server names no dates, or dates that make no sense.
 */
function lifeOf(responseDate: string | null, expirationDate: string | null): number | null {
  if (responseDate === null || expirationDate === null) return null;
  const life = Date.parse(expirationDate) - Date.parse(responseDate);
  return life > 0 && life <= LONGEST_TOKEN_LIFE ? life : null;
}
