import { describe, expect, it } from 'vitest';
import { mergeOrigins, webOrigin } from './origins.ts';

describe('the origin of a page', () => {
  it.each([
    ['https://example.org:8443/a?b#c', 'https://example.org:8443'],
    ['HTTP://EXAMPLE.org', 'http://example.org'],
    ['about:blank', undefined],
    ['data:text/html,x', undefined],
    ['chrome-error://chromewebdata/', undefined],
    ['http://', undefined],
    ['', undefined],
  ])('of %s is %s', (url, origin) => {
    expect(webOrigin(url)).toBe(origin);
  });
});

describe('what is known of origins', () => {
  const old = { origin: 'https://a', localStorage: { x: '1' }, sessionStorage: {}, indexedDB: [] };

  it('is replaced by news, origin by origin, and what the news do not mention stays', () => {
    const news = { origin: 'https://a', localStorage: {}, sessionStorage: { y: '2' } };
    const other = { origin: 'https://b', localStorage: {}, sessionStorage: {} };
    expect(mergeOrigins([old], [other, news])).toEqual([{ ...news, indexedDB: [] }, other]);
  });
});
