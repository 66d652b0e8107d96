import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCookieDate } from './cookie-date.ts';
import { parseSetCookie } from './cookie.ts';
import { CookieJar } from './cookie-jar.ts';

const NOW = Date.UTC(2026, 0, 1);
const site = new URL('https://app.example.org/area/page');

function jarAt(time: { now: number } = { now: NOW }): CookieJar {
  return new CookieJar(() => time.now);
}

function set(jar: CookieJar, url: string, ...headers: string[]): void {
  const response = new Headers();
  for (const header of headers) response.append('set-cookie', header);
  jar.store(new URL(url), { headers: response });
}

function sent(jar: CookieJar, url: string): string | undefined {
  return jar.header(new URL(url));
}

describe('a cookie is sent', () => {
  test('to the host that set it, and to no other', () => {
    const jar = jarAt();
    set(jar, 'https://app.example.org/', 'sid=1');
    expect(sent(jar, 'https://app.example.org/any')).toBe('sid=1');
    for (const other of ['https://example.org/', 'https://a.app.example.org/', 'https://xapp.example.org/']) {
      expect(sent(jar, other)).toBeUndefined();
    }
  });

  test('to hosts below its Domain, and to none beside it', () => {
    const jar = jarAt();
    set(jar, 'https://app.example.org/', 'sid=1; Domain=.Example.org');
    expect(sent(jar, 'https://example.org/')).toBe('sid=1');
    expect(sent(jar, 'https://other.example.org/')).toBe('sid=1');
    expect(sent(jar, 'https://badexample.org/')).toBeUndefined();
    expect(sent(jar, 'https://example.org.evil.net/')).toBeUndefined();
  });

  test('below its path, whose default is the folder of the page', () => {
    const jar = jarAt();
    set(jar, 'https://h.example/a/b', 'x=1', 'y=2; Path=/', 'z=3; Path=/a/b');
    expect(sent(jar, 'https://h.example/a/b')).toBe('z=3; x=1; y=2');
    expect(sent(jar, 'https://h.example/ab')).toBe('y=2');
    expect(sent(jar, 'https://h.example/a')).toBe('x=1; y=2');
    expect(sent(jar, 'https://h.example/a/bc')).toBe('x=1; y=2');
  });

  test('over https alone when it is Secure, and is not taken over http', () => {
    const jar = jarAt();
    set(jar, 'https://h.example/', 's=1; Secure; HttpOnly');
    set(jar, 'http://h.example/', 't=1; Secure');
    expect(sent(jar, 'https://h.example/')).toBe('s=1');
    expect(sent(jar, 'http://h.example/')).toBeUndefined();
    expect(jar.all()).toMatchObject([{ name: 's', httpOnly: true, secure: true }]);
  });

  test('until it expires; Max-Age wins over Expires, and a past one ends it', () => {
    const time = { now: NOW };
    const jar = jarAt(time);
    set(jar, 'https://h.example/', 'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=1');
    set(jar, 'https://h.example/', 'c=1; Expires=Thu, 01 Jan 2026 00:02:00 GMT');
    expect(sent(jar, 'https://h.example/')).toBe('a=1; b=1; c=1');
    time.now += 60_000;
    expect(sent(jar, 'https://h.example/')).toBe('b=1; c=1');
    set(jar, 'https://h.example/', 'b=; Max-Age=0');
    expect(sent(jar, 'https://h.example/')).toBe('c=1');
    time.now += 60_000;
    expect(jar.all()).toEqual([]);
  });

  test('in the order of first setting, with its latest value', () => {
    const time = { now: NOW };
    const jar = jarAt(time);
    set(jar, 'https://h.example/', 'first=1');
    time.now += 1;
    set(jar, 'https://h.example/', 'second=1');
    time.now += 1;
    set(jar, 'https://h.example/', 'first=2');
    expect(sent(jar, 'https://h.example/')).toBe('first=2; second=1');
  });
});

test.each([
  ['another host', 'a=1; Domain=other.org'],
  ['a host below', 'a=1; Domain=x.app.example.org'],
  ['a whole top level domain', 'a=1; Domain=org'],
  ['no name', '=1'],
  ['no pair', 'novalue'],
  ['a control character', 'a=1\x01'],
  ['more than 4096 characters', `a=${'x'.repeat(4_096)}`],
  ['a broken __Host- promise: Domain', '__Host-a=1; Secure; Path=/; Domain=app.example.org'],
  ['a broken __Host- promise: Path', '__Host-a=1; Secure'],
  ['a broken __Secure- promise', '__Secure-a=1'],
])('a cookie of %s is not kept', (what, header) => {
  // A host may name itself as Domain; the promise is broken all the same once hosts below are meant.
  const kept = parseSetCookie(header, site, NOW);
  if (what.endsWith('Domain')) expect(kept?.hostOnly ?? false).toBe(false);
  else expect(kept).toBeUndefined();
});

test('an address and localhost may name themselves, and nothing lies below them', () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const cookie = parseSetCookie(`a=1; Domain=${host}`, new URL(`http://${host}:8080/`), NOW);
    expect(cookie).toMatchObject({ domain: host, hostOnly: true });
  }
  expect(parseSetCookie('a=1; Domain=0.0.1', new URL('http://127.0.0.1/'), NOW)).toBeUndefined();
});

test('a value may hold = and quotes, and keeps them', () => {
  expect(parseSetCookie('a="b=c"; Path=/', site, NOW)).toMatchObject({ name: 'a', value: '"b=c"' });
});

test('a jar keeps 180 cookies of a domain; the oldest go first', () => {
  const jar = jarAt();
  for (let n = 0; n < 200; n += 1) set(jar, 'https://h.example/', `c${n}=1`);
  expect(jar.all()).toHaveLength(180);
  expect(jar.get('c19', new URL('https://h.example/'))).toBeUndefined();
  expect(jar.get('c20', new URL('https://h.example/'))).toBe('1');
});

test('the end of a session drops what has no expiry', () => {
  const jar = jarAt();
  set(jar, 'https://h.example/', 'sid=1', 'device=1; Max-Age=1000');
  jar.endSession();
  expect(sent(jar, 'https://h.example/')).toBe('device=1');
});

test('a jar survives JSON', () => {
  const jar = jarAt();
  set(
    jar,
    'https://app.example.org/',
    'a=1; Domain=example.org; Max-Age=9',
    'b=2; Path=/x; Secure; HttpOnly',
  );
  const cookies = JSON.parse(JSON.stringify(jar.all())) as ReturnType<CookieJar['all']>;
  expect(new CookieJar(() => NOW, cookies).all()).toEqual(jar.all());
});

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['06-Nov-2069 8:9:7', Date.UTC(2069, 10, 6, 8, 9, 7)],
  ['1 jan 70 00:00:00', 0],
  ['31 Feb 2026 00:00:00', null],
  ['1 Jan 2026 24:00:00', null],
  ['1 Jan 2026', null],
  ['', null],
])('the date %j of a cookie is %j', (text, at) => {
  expect(parseCookieDate(text)).toBe(at);
});

test('whatever a header holds, a kept cookie is for its host and does not break out of its header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), (header) => {
      const cookie = parseSetCookie(header, site, NOW);
      if (cookie === undefined) return;
      expect(cookie.domain === site.hostname || site.hostname.endsWith(`.${cookie.domain}`)).toBe(true);
      expect(`${cookie.name}=${cookie.value}`).not.toMatch(/[;\r\n]/);
    }),
  );
});
