import { expect, test } from 'vitest';
import { CookieJar } from './cookie-jar.ts';
import { csrfToken } from './csrf.ts';

const url = new URL('https://app.example.org/form');
const empty = new CookieJar(() => 0);

test.each([
  ['plain', '<input type="hidden" name="csrf" value="t&amp;1">', 't&1'],
  ['value first, single quotes', "<form><INPUT value='a\"b' data-x='>' name=csrf></form>", 'a"b'],
  ['bare', '<input name=csrf value=abc/>', 'abc/'],
  [
    'after others and a comment',
    '<!-- <input name="csrf" value="old"> --><input name="q"><input name="csrf" value="n"/>',
    'n',
  ],
  ['numeric entities', '<input name="csrf" value="&#65;&#x42;&unknown;">', 'AB&unknown;'],
])('the hidden field of a page gives its token: %s', (_what, html, value) => {
  expect(csrfToken({ field: 'csrf' }, html, empty, url)).toEqual({ fields: { csrf: value }, headers: {} });
});

test('a meta element and a cookie give a header', () => {
  const html = '<meta charset="utf-8"><meta name="csrf-token" content="m1">';
  expect(csrfToken({ meta: 'csrf-token', header: 'x-csrf-token' }, html, empty, url).headers).toEqual({
    'x-csrf-token': 'm1',
  });
  const jar = new CookieJar(() => 0);
  jar.store(url, { headers: new Headers({ 'set-cookie': 'XSRF-TOKEN=a%3D%3D; Path=/' }) });
  expect(csrfToken({ cookie: 'XSRF-TOKEN', header: 'x-xsrf-token' }, '', jar, url).headers).toEqual({
    'x-xsrf-token': 'a==',
  });
});

test('a page without the token is told, and nothing was sent', () => {
  expect(() => csrfToken({ field: 'csrf' }, '<inputx name="csrf" value="1">', empty, url)).toThrow(
    expect.objectContaining({
      code: 'ERR_HTTP_CSRF',
      verdict: expect.objectContaining({ safeToReplay: 'yes' }),
    }),
  );
});
