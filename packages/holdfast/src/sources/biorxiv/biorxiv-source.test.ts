import { describe, expect, it } from 'vitest';
import { biorxivSource } from './biorxiv-source.ts';
import { answerOf, pageOf, versionRow } from './testing/answers.ts';
import { details, med, range, read, source } from './testing/source.ts';

describe('an empty range', () => {
  const judge = (rows: readonly unknown[]): string =>
    source.judgeEmpty(
      'details',
      range,
      read(
        details,
        rows.length === 0
          ? answerOf({ messages: [{ status: 'no posts found' }], collection: [] })
          : pageOf(rows),
      ),
    );

  it('is empty when the covering interval lists other days alone', () => {
    expect(
      judge([
        { ...versionRow, date: '2026-08-08' },
        { ...versionRow, date: '2026-08-09' },
      ]),
    ).toBe('empty');
    expect(
      judge([
        { ...versionRow, date: '2026-08-08' },
        { ...versionRow, date: '2026-08-01' },
      ]),
    ).toBe('not-empty');
    expect(
      judge([
        { ...versionRow, date: '2026-08-08' },
        { ...versionRow, doi: '', date: '2026-08-07' },
      ]),
    ).toBe('not-empty');
    expect(
      judge([
        { ...versionRow, date: '2026-08-08' },
        { ...versionRow, date: '' },
      ]),
    ).toBe('unclear');
    expect(judge([])).toBe('unclear');
  });

  it('at the tail is empty when earlier days are listed', () => {
    const tail = { from: '2026-09-19', to: null };
    expect(
      source.judgeEmpty('details', tail, read(details, pageOf([{ ...versionRow, date: '2026-09-18' }]))),
    ).toBe('empty');
    expect(
      source.judgeEmpty('details', tail, read(details, pageOf([{ ...versionRow, date: '2026-09-20' }]))),
    ).toBe('not-empty');
  });
});

describe('the source', () => {
  it('has its defaults, and options go before them', () => {
    expect(source).toMatchObject({
      kind: 'biorxiv',
      baseUrl: 'https://api.biorxiv.org',
      gateKey: 'biorxiv',
      minIntervalMs: 1000,
    });
    expect(med.gateKey).toBe(source.gateKey);
    const own = biorxivSource({
      id: 'x',
      kind: 'medrxiv',
      baseUrl: 'http://127.0.0.1:8080/',
      minIntervalMs: 0,
      every: 5,
      expect: 86_400_000,
      timeouts: { idle: 7 },
    });
    expect(own).toMatchObject({
      baseUrl: 'http://127.0.0.1:8080',
      gateKey: '127.0.0.1:8080',
      minIntervalMs: 0,
      timeouts: { connect: 30_000, idle: 7 },
    });
    expect([own.poll.next(100), own.poll.expectedDay(Date.parse('2026-09-20T12:00:00Z'))]).toEqual([
      105,
      '2026-09-18',
    ]);
    expect(source.poll.expectedDay(Date.parse('2026-09-20T12:00:00Z'))).toBe('2026-09-18');
    expect(source.streams.map(({ name, countsRows, earliest }) => [name, countsRows, earliest])).toEqual([
      ['details', true, '2013-11-01'],
      ['pubs', true, '2013-11-01'],
    ]);
  });

  it.each(['https://api.medrxiv.org', 'https://www.biorxiv.org/'])(
    'refuses the wrong host %s and says which is right',
    (baseUrl) => {
      expect(() => biorxivSource({ id: 'x', kind: 'medrxiv', baseUrl })).toThrow(
        expect.objectContaining({ code: 'ERR_BASE_URL', hint: expect.stringContaining('api.biorxiv.org') }),
      );
    },
  );
});
