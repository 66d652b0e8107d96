import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../transport/port.ts';
import type { PageRequest, Reading } from '../port.ts';
import { biorxivSource } from './biorxiv-source.ts';
import { answerOf, versionRow } from './testing/answers.ts';

/** One observed answer; what was not written down is absent. */
interface Shape {
  readonly name: string;
  readonly status?: number;
  readonly url?: string;
  readonly body?: { readonly collection?: readonly unknown[] };
  readonly alt_body?: unknown;
  readonly body_raw?: string;
  readonly content_type?: string;
}

const file = new URL('../../../../../../shared/recorded/biorxiv/observed-shapes.json', import.meta.url);
const shapes = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { shapes: readonly Shape[] }).shapes
  : [];
const source = biorxivSource({ id: 'bio', kind: 'biorxiv' });

function shape(name: string): Shape {
  const found = shapes.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no shape "${name}" was recorded`);
  return found;
}

function request(as: string, cursor = 0): PageRequest {
  const first =
    as === 'record'
      ? source.record('10.1101/1')
      : source.first(as, { from: '2026-08-01', to: '2026-08-03' }, 1, '2026-09-01');
  if (first === null) throw new Error('no request');
  return { ...first, url: first.url.replace('/0/json', `/${cursor}/json`) };
}

function read(as: string, answer: Answer, cursor = 0): Reading {
  return source.read(request(as, cursor), answer, { answeredBefore: true });
}

function answer({ body, body_raw, status }: Shape): Answer {
  return answerOf(body_raw ?? body ?? '', status ?? 200);
}

// The recorded observations stand beside the repository and are not part of it.
describe.skipIf(shapes.length === 0)('observed answers of the interface (needs the recorded shapes)', () => {
  it('are all known to this test', () => {
    expect(shapes).toHaveLength(15);
  });

  it('details interval page: its message is understood', () => {
    const { body } = shape('details interval page');
    // The recording describes the rows by a text in their place: it goes to the quarantine, not into the store.
    expect(read('details', answerOf(body))).toMatchObject({
      type: 'page',
      items: [],
      bad: [{ code: 'ERR_ROW_SHAPE' }],
      announced: 360,
      end: 'more',
    });
  });

  it('details interval page, real', () => {
    expect(read('details', answer(shape('details interval page, real')))).toMatchObject({
      type: 'page',
      bad: [],
      count: 1,
      announced: 109,
      end: 'more',
      next: { url: expect.stringContaining('/1/json'), continues: true },
      items: [
        {
          type: 'paper',
          id: '10.64898/2026.07.31.741992',
          datestamp: '2026-08-01',
          fields: { version: '1', published: '2026-08-01', authors: { length: 3 } },
        },
      ],
    });
  });

  it('pubs interval page (100 per page)', () => {
    expect(read('pubs', answer(shape('pubs interval page (100 per page)')))).toMatchObject({
      type: 'page',
      bad: [],
      announced: 469,
      items: [
        { type: 'journal', id: '10.1101/2025.09.17.676679', url: 'https://doi.org/10.1091/mbc.E25-09-0454' },
      ],
    });
  });

  it('cursor past the end, in both forms', () => {
    const { body, alt_body } = shape('cursor past the end');
    for (const each of [body, alt_body])
      expect(read('details', answerOf(each), 148_201).type).toBe('nothing');
  });

  it('unknown DOI', () => {
    expect(read('record', answer(shape('unknown DOI'))).type).toBe('absent');
  });

  it('unknown server', () => {
    expect(read('details', answer(shape('unknown server')))).toMatchObject({
      type: 'refused',
      cause: 'request',
      detail: expect.stringContaining('Server not recognized'),
    });
  });

  it('unknown category silently ignored: no request names a category', () => {
    expect(request('details').url).not.toContain('category');
    expect(read('details', answer(shape('unknown category silently ignored'))).type).toBe('broken');
  });

  it('EMPTY BODY', () => {
    expect(read('details', answer(shape('EMPTY BODY')))).toMatchObject({
      type: 'broken',
      code: 'ERR_EMPTY_ANSWER',
    });
  });

  it('no-match text for pubs', () => {
    expect(read('pubs', answer(shape('no-match text for pubs'))).type).toBe('nothing');
  });

  it('bad funder', () => {
    expect(read('details', answer(shape('bad funder')))).toMatchObject({ type: 'refused', cause: 'request' });
  });

  it('HTML error page', () => {
    expect(read('details', answer(shape('HTML error page')))).toMatchObject({
      type: 'broken',
      code: 'ERR_NOT_JSON',
    });
  });

  it('429', () => {
    expect(read('details', answer(shape('429'))).type).toBe('throttled');
  });

  it('api.medrxiv.org host: refused before it is asked; its status would be an outage', () => {
    const { url } = shape('api.medrxiv.org host');
    expect(url).toBeDefined();
    expect(() => biorxivSource({ id: 'x', kind: 'medrxiv', baseUrl: 'https://api.medrxiv.org' })).toThrow(
      /not the host/,
    );
    expect(read('details', answer(shape('api.medrxiv.org host')))).toMatchObject({
      type: 'broken',
      code: 'ERR_HTTP_500',
    });
  });

  it('total inflated: the list goes on by rows and ends by "nothing", whatever was announced', () => {
    expect(shape('total inflated')).toBeDefined();
    const rows = Array.from({ length: 10 }, () => versionRow);
    const last = read(
      'details',
      answerOf({ messages: [{ status: 'ok', cursor: '180', total: '212' }], collection: rows }),
      180,
    );
    expect(last).toMatchObject({
      type: 'page',
      end: 'more',
      announced: 212,
      next: { url: expect.stringContaining('/190/json') },
    });
  });

  it('scientific notation cursor: offsets are plain integers', () => {
    expect(shape('scientific notation cursor')).toBeDefined();
    expect(source.shift(request('details', 99_970), 30)?.url).toContain('/100000/json');
  });
});
