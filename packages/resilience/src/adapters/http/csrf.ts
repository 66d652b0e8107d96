import { ResilienceError } from '../../errors.ts';
import type { CookieJar } from './cookie-jar.ts';

/** Where a page keeps its token against forged requests. Exactly one place. */
export type CsrfSource =
  /** `<input name="csrf" value="…">`, sent as the field of the same name. */
  | { readonly field: string }
  /** `<meta name="csrf-token" content="…">`, sent as the header `header`. */
  | { readonly meta: string; readonly header: string }
  /** A cookie whose value is sent as the header `header`. */
  | { readonly cookie: string; readonly header: string };

/** What is to be added to the request. */
export interface CsrfToken {
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The token of a page that was fetched from `url`.
 * @throws ResilienceError `ERR_HTTP_CSRF` when there is none.
 */
export function csrfToken(source: CsrfSource, html: string, jar: CookieJar, url: URL): CsrfToken {
  const value = valueOf(source, html, jar, url);
  if (value === undefined) throw noToken(source, url);
  if ('field' in source) return { fields: { [source.field]: value }, headers: {} };
  return { fields: {}, headers: { [source.header]: value } };
}

function valueOf(source: CsrfSource, html: string, jar: CookieJar, url: URL): string | undefined {
  if ('cookie' in source) {
    const cookie = jar.get(source.cookie, url);
    return cookie === undefined ? undefined : decoded(cookie);
  }
  if ('field' in source) return attributeOf(html, 'input', source.field, 'value');
  return attributeOf(html, 'meta', source.meta, 'content');
}

/** An attribute of the first `tag` whose name is `name`. Comments do not count. */
function attributeOf(html: string, tag: string, name: string, attribute: string): string | undefined {
  const tags = new RegExp(String.raw`<${tag}(?=[\s/])((?:[^>"']|"[^"]*"|'[^']*')*)>`, 'gi');
  for (const [, inside = ''] of html.replace(/<!--[\s\S]*?-->/g, '').matchAll(tags)) {
    const attributes = readAttributes(inside);
    if (attributes.get('name') === name) return attributes.get(attribute);
  }
  return undefined;
}

function readAttributes(inside: string): Map<string, string> {
  const attributes = new Map<string, string>();
  const pattern = /([^\s=>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;
  for (const [, name = '', double, single, bare] of inside.matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, unescaped(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (all, dec, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name.toLowerCase()] ?? all;
    const code = typeof dec === 'string' ? Number(dec) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

/** Frameworks store the token percent-encoded and want it plain. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not encoded at all.
    return value;
  }
}

function noToken(source: CsrfSource, url: URL): ResilienceError {
  const what = Object.entries(source)[0]?.join(' ') ?? 'token';
  return new ResilienceError(`${url.pathname} has no token against forgery (${what}).`, {
    code: 'ERR_HTTP_CSRF',
    hint: 'Look at the source of the page and correct `csrf`; a page without a form may be a login page.',
    verdict: {
      category: 'permanent',
      scope: 'call',
      safeToReplay: 'yes',
      evidence: 'class',
      code: 'ERR_HTTP_CSRF',
    },
  });
}
