import { expect, test } from 'vitest';
import { oaiPmhSource } from '../sources/oai-pmh/index.ts';
import type { PageRequest, Reading } from '../sources/port.ts';
import { beginWalk, step, wanted, type Walk, type WalkContext } from './walk.ts';

const source = oaiPmhSource({ id: 's', baseUrl: 'http://127.0.0.1/oai', metadataPrefix: 'oai_dc' });
const context: WalkContext = {
  source,
  stream: 'list',
  range: { from: '2026-03-01', to: '2026-03-08' },
  look: 1,
  today: '2026-03-10',
};

type Page = Extract<Reading, { type: 'page' }>;

function page(change: Partial<Page>): Page {
  return {
    type: 'page',
    items: [],
    bad: [],
    end: 'unproved',
    next: null,
    serverDate: '2026-03-10T12:00:00Z',
    announced: null,
    count: 4,
    repairs: [],
    ...change,
  };
}

/** Walks over an upstream until the walk has ended. */
function walkOver(answer: (request: PageRequest) => Reading): Walk {
  let walk = beginWalk(0);
  for (let asked = 0; asked < 50; asked += 1) {
    const request = wanted(walk, context);
    if (request === null) return walk;
    walk = step(walk, request, { reading: answer(request), at: asked }, context);
  }
  throw new Error('the walk did not end');
}

test.each([5, 12, 24])(
  'a list of %i that always breaks off after its first page of 4 is no end, however often the page is asked for again',
  (announced) => {
    expect(walkOver(() => page({ announced }))).toMatchObject({ mode: 'stuck', narrow: true });
  },
);

test('a list without a size that always breaks off at the same place is at its end', () => {
  expect(walkOver(() => page({}))).toMatchObject({ mode: 'finished', end: 'confirmed' });
});

test('rows that are listed twice because the list was asked anew do not make up for rows that are withheld', () => {
  const token: PageRequest = { url: 'http://127.0.0.1/oai?token=a', as: 'ListRecords', continues: true };
  let lists = 0;
  const walk = walkOver(({ continues }) => {
    if (!continues) lists += 1;
    if (lists > 1) return page({ announced: 5, count: 4 });
    return continues
      ? { type: 'restart', detail: 'the token is refused' }
      : page({ announced: 7, end: 'more', next: token });
  });
  expect(lists).toBeGreaterThan(1);
  expect(walk).toMatchObject({
    mode: 'stuck',
    why: expect.stringContaining('5 records were announced') as string,
  });
});
