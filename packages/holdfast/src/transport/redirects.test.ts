import { describe, expect, it } from 'vitest';
import { isRedirect, MAX_HOPS, nextHop, suspectsPortal } from './redirects.ts';

const from = ['https://a.org/oai?verb=Identify'];

describe('a redirect', () => {
  it.each([
    ['/new', 301, 'https://a.org/new', true, false],
    ['https://b.org/oai', 308, 'https://b.org/oai', true, true],
    ['?x=1', 302, 'https://a.org/oai?x=1', false, false],
    ['//b.org/', 307, 'https://b.org/', false, true],
    ['https://a.org:444/', 303, 'https://a.org:444/', false, true],
  ])('to %s by %i is followed', (location, status, url, moved, otherHost) => {
    expect(nextHop(from, status, location)).toEqual({ type: 'hop', url, moved, otherHost });
  });

  it.each([
    ['http://a.org/', 301, 'from https to http'],
    ['file:///etc/passwd', 302, 'file:'],
    ['javascript:alert(1)', 302, 'javascript:'],
    ['https://me:pw@b.org/', 302, 'credentials'],
    ['https://[bad', 302, 'no URL'],
    ['', 302, 'no address'],
    [undefined, 301, 'no address'],
    ['/oai?verb=Identify', 302, 'circle'],
    ['/oai?verb=Identify#again', 302, 'circle'],
    ['/x', 200, 'no redirect'],
    ['/x', 304, 'no redirect'],
  ])('to %s by %i is refused: %s', (location, status, reason) => {
    expect(nextHop(from, status, location)).toEqual({
      type: 'refused',
      code: 'ERR_REDIRECT',
      reason: expect.stringContaining(reason),
    });
  });

  it('is followed from http to https, but not back', () => {
    expect(nextHop(['http://a.org/'], 301, 'https://a.org/').type).toBe('hop');
    expect(nextHop(['http://a.org/', 'https://a.org/'], 301, 'http://a.org/').type).toBe('refused');
  });

  it(`chain ends after ${MAX_HOPS} hops, and a longer circle is noticed`, () => {
    const visited = ['https://a.org/0'];
    for (let n = 1; n <= MAX_HOPS; n += 1) {
      const hop = nextHop(visited, 302, `/${n}`);
      expect(hop.type).toBe('hop');
      if (hop.type === 'hop') visited.push(hop.url);
    }
    expect(nextHop(visited, 302, '/6')).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('5 redirects'),
    });
    expect(nextHop(['https://a.org/1', 'https://b.org/2'], 302, 'https://a.org/1')).toMatchObject({
      reason: expect.stringContaining('circle'),
    });
  });

  it('to a page of another host raises the suspicion of a login page', () => {
    expect(suspectsPortal(['http://a.org/oai', 'http://login.cafe.test/'], 'text/html; charset=utf-8')).toBe(
      true,
    );
    expect(suspectsPortal(['http://a.org/oai', 'http://b.org/oai'], 'text/xml')).toBe(false);
    expect(suspectsPortal(['http://a.org/oai', 'http://a.org/sorry'], 'text/html')).toBe(false);
    expect(suspectsPortal(['http://a.org/oai'], 'text/html')).toBe(false);
  });

  it('is not a 300, 304 or 305', () => {
    expect([300, 301, 302, 303, 304, 305, 307, 308].filter(isRedirect)).toEqual([301, 302, 303, 307, 308]);
  });
});
