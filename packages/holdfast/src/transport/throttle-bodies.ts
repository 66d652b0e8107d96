/** Longest body that can be a bare throttle notice: a page of records is longer. */
const LONGEST_NOTICE = 4096;

/**
 * Whole bodies by which known services say "too many requests", whatever the status says: arXiv's 14 bytes
 * come with 429 and with 200. Compared against the trimmed text from its start.
 */
const NOTICES: readonly RegExp[] = [
  /^rate exceeded\.?$/i,
  /^too many requests\.?$/i,
  /^(error:? *)?429:? too many requests\.?$/i,
  /^rate limit(ed| exceeded)\b[^{}<>]{0,200}$/i,
  /^error code: 1015$/i,
];

/** Marks of the pages of an edge (Cloudflare's error 1015) that throttles in HTML. */
const EDGE_PAGE = /<title>[^<]*(you are being rate limited|error 1015|too many requests|429)[^<]*<\/title>/i;

/** The throttle notice that a body is, shortened for a person; null when it is none. */
export function throttleNotice(body: Uint8Array): string | null {
  if (body.length === 0) return null;
  const head = new TextDecoder().decode(body.subarray(0, LONGEST_NOTICE)).trim();
  if (body.length <= LONGEST_NOTICE && NOTICES.some((notice) => notice.test(head))) return head.slice(0, 120);
  return /^\s*<(!doctype html|html)/i.test(head)
    ? (EDGE_PAGE.exec(head)?.[0].replace(/<\/?title>/gi, '') ?? null)
    : null;
}
