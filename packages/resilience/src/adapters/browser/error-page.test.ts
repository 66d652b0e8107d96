import { expect, test } from 'vitest';
import { errorPageName, errorPageVerdict, isErrorPage } from './error-page.ts';

test.each([
  ['ERR_EMPTY_RESPONSE', 'network'],
  ['net::ERR_CERT_AUTHORITY_INVALID', 'tls'],
  ['ERR_TOO_MANY_REDIRECTS', 'auth-expired'],
  ['ERR_UNSAFE_PORT', 'permanent'],
  ['DNS_PROBE_FINISHED_NXDOMAIN', 'dns'],
  ['ERR_SOMETHING_NEW', 'network'],
  ['', 'network'],
])('an error page that names %j is a failure of kind %s, told by a look', (code, category) => {
  expect(errorPageVerdict(code)).toMatchObject({ category, evidence: 'probe' });
  expect(errorPageName(code)).toMatch(/^net::ERR_/);
});

test('a status without a body is an answer', () => {
  expect(errorPageVerdict('HTTP ERROR 500')).toBeUndefined();
});

test('another page than the error page has failed in nothing', () => {
  expect(errorPageVerdict(null)).toBeUndefined();
});

test('only the page of the browser itself is one', () => {
  expect(isErrorPage('chrome-error://chromewebdata/')).toBe(true);
  expect(isErrorPage('https://chrome-error.example/')).toBe(false);
});
