import { describe, expect, it } from 'vitest';
import { answerOf, pageOf, versionRow } from './testing/answers.ts';
import { details, doi, page, pubs, read } from './testing/source.ts';

describe('an answer', () => {
  it.each([
    ['360', 360],
    [360, 360],
    [undefined, null],
    ['many', null],
    [-1, null],
    [1.5, null],
    [null, null],
  ])('announces a total of %j as %j', (total, announced) => {
    expect(page(read(details, pageOf([versionRow], { total })))).toMatchObject({
      announced,
      end: 'more',
      serverDate: null,
    });
  });

  it('of another offset is not the page that was asked for', () => {
    expect(read(details, pageOf([versionRow], { cursor: '30' }))).toMatchObject({
      type: 'broken',
      code: 'ERR_OTHER_PAGE',
    });
    expect(read(details, pageOf([versionRow], { cursor: '0' })).type).toBe('page');
  });

  it('for one DOI is a whole list; an unknown DOI is absent', () => {
    const both = pageOf([versionRow, { ...versionRow, version: '2' }]);
    expect(page(read(doi, both))).toMatchObject({ end: 'proved', next: null, announced: null, count: 2 });
    expect(read(doi, answerOf({ messages: [{ status: 'no posts found' }], collection: [] }))).toMatchObject({
      type: 'absent',
    });
    expect(read(doi, answerOf({ messages: [{ status: 'ok' }], collection: [] }))).toMatchObject({
      type: 'absent',
    });
  });

  it.each([
    ['no posts found', { messages: [{ status: 'no posts found' }], collection: [] }],
    ['No posts found', { messages: [{ status: 'No posts found' }] }],
    ['total 0', { messages: [{ status: 'ok', total: 0 }], collection: [] }],
    ['an empty collection under a total', { messages: [{ status: 'ok', total: '360' }], collection: [] }],
    [
      'no articles',
      { messages: [{ status: 'no articles found for published version of ' }], collection: [] },
    ],
  ])('%s is nothing, never an end by itself', (_name, body) => {
    expect(read(details, answerOf(body)).type).toBe('nothing');
    expect(read({ ...details, continues: true }, answerOf(body)).type).toBe('nothing');
    expect(read(pubs, answerOf(body)).type).toBe('nothing');
  });

  it.each([
    ['zero bytes', '', 'ERR_EMPTY_ANSWER'],
    ['a database error', 'Error : (2002) Connection refused', 'ERR_NOT_JSON'],
    ['HTML', '<!DOCTYPE html><html>...', 'ERR_NOT_JSON'],
    ['null', 'null', 'ERR_NOT_JSON'],
    ['a list', '[]', 'ERR_NOT_JSON'],
    ['an object', '{}', 'ERR_JSON_SHAPE'],
    ['no message', '{"messages":[],"collection":[]}', 'ERR_JSON_SHAPE'],
    ['no collection', { messages: [{ status: 'ok', category: 'all', total: '3948' }] }, 'ERR_JSON_SHAPE'],
    ['a collection of text', { messages: [{ status: 'ok' }], collection: '30 rows' }, 'ERR_JSON_SHAPE'],
    [
      'an unknown status',
      { messages: [{ status: 'maintenance' }], collection: [versionRow] },
      'ERR_UPSTREAM_STATUS',
    ],
    [
      'a trailing notice',
      `${JSON.stringify({ messages: [{ status: 'ok' }], collection: [] })} Notice: x`,
      'ERR_JSON',
    ],
  ])('of %s is broken', (_name, body, code) => {
    expect(read(details, answerOf(body))).toMatchObject({ type: 'broken', code });
  });

  it('that is cut anywhere is broken', () => {
    const whole = pageOf([versionRow, versionRow], { total: '2' }).body;
    for (let length = 0; length < whole.length; length += 7) {
      expect(read(details, answerOf(whole.subarray(0, length))).type).toBe('broken');
    }
  });

  it.each([
    [429, '', {}, 'throttled'],
    [429, 'Rate exceeded.', {}, 'throttled'],
    [200, 'Rate exceeded.', {}, 'throttled'],
    [200, '<html><title>error 1015</title></html>', {}, 'throttled'],
    [503, '', { 'retry-after': '5' }, 'throttled'],
    [503, '', {}, 'broken'],
    [500, '', {}, 'broken'],
    [502, '<html>', {}, 'broken'],
    [403, '<html>', {}, 'blocked'],
    [404, 'Not Found', {}, 'refused'],
    [301, '', {}, 'broken'],
    [204, '', {}, 'broken'],
  ])('with status %i, body %j and headers %j is %s', (status, body, headers, type) => {
    expect(read(details, answerOf(body, status, headers)).type).toBe(type);
  });

  it('with status 406 is a throttle once others were answered', () => {
    expect(read(details, answerOf('', 406), true).type).toBe('throttled');
  });

  it('read twice is the same', () => {
    const answer = pageOf([versionRow, { doi: 1 }], { total: '2' });
    expect(read(details, answer)).toEqual(read(details, answer));
  });
});
