/** Longest chain of redirects that is followed. */
export const MAX_HOPS = 5;

/** Where an answer sends us, or why we do not go. */
export type NextHop =
  | {
      readonly type: 'hop';
      readonly url: string;
      /** 301 or 308: the base URL has moved and should be changed in the configuration. */
      readonly moved: boolean;
      /** Credentials of the request must not be sent to the new address. */
      readonly otherHost: boolean;
    }
  | { readonly type: 'refused'; readonly code: 'ERR_REDIRECT'; readonly reason: string };

const STATUSES: readonly number[] = [301, 302, 303, 307, 308];

/** Whether a status sends elsewhere (304 and 300 do not). */
export function isRedirect(status: number): boolean {
  return STATUSES.includes(status);
}

/**
 * Judges one redirect. Pure: the caller sends the hop, after its turn at the gate.
 * `visited`: the URLs asked so far, the first request included; their number bounds the chain.
 */
export function nextHop(visited: readonly string[], status: number, location: string | undefined): NextHop {
  const from = URL.parse(visited.at(-1) ?? '');
  if (from === null || !isRedirect(status)) return refused(`Status ${status} is no redirect.`);
  if (visited.length > MAX_HOPS) return refused(`More than ${MAX_HOPS} redirects in a row.`);
  if (location === undefined || location.trim() === '') return refused(`Status ${status} names no address.`);
  const to = URL.parse(location.trim(), from);
  if (to === null) return refused('The redirect names an address that is no URL.');
  to.hash = '';
  const reason = whyNot(visited, from, to);
  if (reason !== null) return refused(reason);
  return {
    type: 'hop',
    url: to.href,
    moved: status === 301 || status === 308,
    otherHost: to.origin !== from.origin,
  };
}

function whyNot(visited: readonly string[], from: URL, to: URL): string | null {
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    return `The redirect leads to ${to.protocol}, which is not followed.`;
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'The redirect leads from https to http.';
  if (to.username !== '' || to.password !== '') return 'The redirect carries credentials.';
  return visited.some((url) => sameUrl(url, to)) ? 'The redirects lead in a circle.' : null;
}

/**
 * Whether the end of a redirected exchange looks like the login page of a network (captive portal) or of a
 * service: a plain request was sent to another host and HTML came. A suspicion, not a verdict.
 */
export function suspectsPortal(visited: readonly string[], contentType: string | undefined): boolean {
  const first = URL.parse(visited[0] ?? '');
  const last = URL.parse(visited.at(-1) ?? '');
  return (
    first !== null &&
    last !== null &&
    first.hostname !== last.hostname &&
    /^\s*text\/html\b/i.test(contentType ?? '')
  );
}

function sameUrl(text: string, url: URL): boolean {
  const other = URL.parse(text);
  if (other !== null) other.hash = '';
  return other?.href === url.href;
}

function refused(reason: string): NextHop {
  return { type: 'refused', code: 'ERR_REDIRECT', reason };
}
