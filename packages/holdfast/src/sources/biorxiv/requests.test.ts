import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageRequest } from '../port.ts';
import { pageOf, versionRow } from './testing/answers.ts';
import { details, doi, med, page, pubs, range, read, source, today } from './testing/source.ts';

describe('requests', () => {
  const path = (request: PageRequest): string => request.url.replace('https://api.biorxiv.org', '');

  it('name the server and an interval whose end is included', () => {
    expect(path(details)).toBe('/details/biorxiv/2026-08-01/2026-08-07/0/json');
    expect(path(pubs)).toBe('/pubs/biorxiv/2026-08-01/2026-08-07/0/json');
    expect(path(med.first('details', { from: '2026-08-01', to: '2026-08-02' }, 1, today))).toBe(
      '/details/medrxiv/2026-08-01/2026-08-01/0/json',
    );
    expect(path(doi)).toBe('/details/biorxiv/10.1101/2025.09.17.676679/na/json');
    expect(path(source.record('10.1101/a b/?#%') ?? details)).toBe(
      '/details/biorxiv/10.1101/a%20b/%3F%23%25/na/json',
    );
  });

  it('for the tail end tomorrow, so that a stale today hides nothing', () => {
    expect(path(source.first('details', { from: '2026-09-19', to: null }, 1, today))).toBe(
      '/details/biorxiv/2026-09-19/2026-09-21/0/json',
    );
    expect(path(source.first('details', { from: '2026-10-19', to: null }, 1, today))).toBe(
      '/details/biorxiv/2026-10-19/2026-10-19/0/json',
    );
  });

  it('of later looks have other URLs than the first at every offset, alternate, and cover the range', () => {
    const [second, third, fourth] = [2, 3, 4].map((look) =>
      path(source.first('details', range, look, today)),
    );
    expect(second).toBe('/details/biorxiv/2026-07-31/2026-08-07/0/json');
    expect(third).toBe('/details/biorxiv/2026-07-30/2026-08-07/0/json');
    expect(fourth).toBe(second);
  });

  it('that confirm an empty range cover it and known days around it', () => {
    expect(path(source.confirmEmpty('details', { from: '2026-08-01', to: '2026-08-02' }, today))).toBe(
      '/details/biorxiv/2026-08-01/2026-09-01/0/json',
    );
    expect(path(source.confirmEmpty('details', { from: '2026-09-10', to: '2026-09-17' }, today))).toBe(
      '/details/biorxiv/2026-09-10/2026-09-20/0/json',
    );
    expect(path(source.confirmEmpty('details', { from: '2026-09-19', to: null }, today))).toBe(
      '/details/biorxiv/2026-09-12/2026-09-21/0/json',
    );
    expect(path(source.confirmEmpty('pubs', { from: '2026-01-01', to: '2026-01-02' }, today))).toBe(
      '/pubs/biorxiv/2026-01-01/2026-05-02/0/json',
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('details', 'pubs'),
        (ago, days, stream) => {
          const day = (offset: number): string =>
            new Date(Date.parse('2026-09-20') + offset * 86_400_000).toISOString().slice(0, 10);
          const closed = { from: day(-ago), to: day(days - ago) };
          expect(source.confirmEmpty(stream, closed, today).url).not.toBe(
            source.first(stream, closed, 1, today).url,
          );
        },
      ),
      { seed: 20260103 },
    );
  });

  it('resume at the beginning, because the order of the rows is not known', () => {
    expect(source.resume('details', range, 1, '2026-08-03', today)).toEqual(details);
  });

  it('shift by rows, never before the first one, with offsets as plain integers', () => {
    expect(path(source.shift(details, 30) ?? details)).toContain('/30/json');
    expect(source.usualRows(details)).toBe(30);
    expect(source.usualRows(pubs)).toBe(100);
    expect(source.shift(details, -1)).toBeNull();
    expect(source.shift(doi, 1)).toBeNull();
    const far = { ...details, url: details.url.replace('/0/json', '/99990/json') };
    const next = page(
      read(
        far,
        pageOf(
          Array.from({ length: 30 }, () => versionRow),
          { cursor: '99990' },
        ),
      ),
    ).next;
    expect(path(next ?? details)).toBe('/details/biorxiv/2026-08-01/2026-08-07/100020/json');
    const huge = { ...details, url: details.url.replace('/0/json', '/9007199254740000/json') };
    expect(source.shift(huge, 30)?.url).toContain('/9007199254740030/json');
  });
});
