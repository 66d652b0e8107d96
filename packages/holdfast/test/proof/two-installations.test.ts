import { expect, test } from 'vitest';
import { compareDigests, digestDays, digestLine, readDigests } from '../../src/proof/digest.ts';
import type { DayDigest } from '../../src/proof/digest.ts';
import { makeInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

const FAULTS = {
  arxiv: [
    ['503-retry-after@2', 'expired-token@3', 'body-cut-valid@4', 'empty-page-with-empty-token@5'],
    ['429@1', 'duplicate-page@2', 'no-records-match-mid-list@3', 'gzip-truncated@4'],
  ],
  biorxiv: [
    ['short-page@2', 'no-posts-found@3', 'json-null@1'],
    ['empty-page@2', '500@1', 'body-cut-reset@3', 'zero-total@4'],
  ],
  'oai-pmh': [
    ['expired-token@2', 'duplicate-page@3', 'one-fewer-than-announced@2', 'tcp-reset@4'],
    ['same-token@2', 'empty-200@1', 'missing-token@3', 'short-page@4'],
  ],
} as const;

async function digestsOf({ store }: Installation): Promise<readonly DayDigest[]> {
  const days: DayDigest[] = [];
  for await (const day of digestDays(store)) days.push(day);
  return days;
}

test.each(['arxiv', 'biorxiv', 'oai-pmh'] as const)(
  'two installations of %s with different faults end with equal daily digests',
  async (kind) => {
    const two = FAULTS[kind].map((faults, index) => makeInstallation({ kind, faults, seed: 20 + index }));
    for (const each of two) {
      expect(await each.harvest()).toBe(true);
      expect(each.upstream.pending()).toEqual([]);
    }
    const [here = [], there = []] = await Promise.all(two.map(digestsOf));
    expect(here.length).toBeGreaterThan(3);
    const published = new Set([...(two[0]?.upstream.truth() ?? [])].map(({ id }) => id));
    expect(here.reduce((sum, { records }) => sum + records, 0)).toBe(published.size);
    // As it travels: one prints it, the other reads it.
    expect(compareDigests(here, readDigests(there.map(digestLine).join('\n')))).toEqual([]);
    // The two took different ways: their feeds are not the same.
    const feeds = await Promise.all(two.map(({ store }) => store.changes(0n, 10_000)));
    expect(JSON.stringify(feeds[0]?.map(({ id, at }) => [id, at]))).not.toBe(
      JSON.stringify(feeds[1]?.map(({ id, at }) => [id, at])),
    );
  },
);

test('one paper that another installation lacks, has in another version or with other metadata shows as its day', async () => {
  const one = makeInstallation({ kind: 'oai-pmh' });
  expect(await one.harvest()).toBe(true);
  const here = await digestsOf(one);
  const [first, second, ...rest] = here;
  if (!first || !second) throw new Error('too few days');
  const there = [{ ...second, hash: '0'.repeat(64) }, ...rest, { ...first, source: 'other' }];
  expect(compareDigests(here, there)).toEqual([
    { source: 'other', day: first.day, here: null, there: { records: first.records, hash: first.hash } },
    { source: 'source', day: first.day, here: { records: first.records, hash: first.hash }, there: null },
    {
      source: 'source',
      day: second.day,
      here: { records: second.records, hash: second.hash },
      there: { records: second.records, hash: '0'.repeat(64) },
    },
  ]);
  expect(() => readDigests(`${digestLine(first)}\n{"source":"x"}`)).toThrow('Line 2 is no digest');
  const { day } = second;
  const some: DayDigest[] = [];
  for await (const each of digestDays(one.store, { source: 'source', from: day, to: day })) some.push(each);
  expect(some).toEqual([second]);
});

// The list of versions lacked a paper that the first list had named: it had no version for ever.
test('a paper of arXiv that the list of versions omits learns its version by itself', async () => {
  const ordinary = makeInstallation({ kind: 'arxiv' });
  expect(await ordinary.harvest()).toBe(true);
  const truth = await digestsOf(ordinary);
  let fired = 0;
  for (const request of [8, 10, 12, 14]) {
    const each = makeInstallation({ kind: 'arxiv', faults: [`omitted-range@${String(request)}`] });
    expect(await each.harvest()).toBe(true);
    const alone = each.upstream.ledger.entries.filter(
      (entry) => entry.type === 'request' && /GetRecord.*arXivRaw/.test(entry.url),
    );
    fired += alone.length;
    // What the upstream denies is asked for three times in a run, not for ever.
    const times = Map.groupBy(alone, (entry) => (entry.type === 'request' ? entry.url : ''));
    for (const [url, { length }] of times) expect([url, length <= 3]).toEqual([url, true]);
    each.upstream.publishHidden();
    await each.wait(1);
    expect(await each.harvest()).toBe(true);
    expect([request, compareDigests(await digestsOf(each), truth)]).toEqual([request, []]);
  }
  expect(fired).toBeGreaterThan(0);
});

test('a version that arXiv tells only long after the overlap is learnt by a weekly sweep; one that it never tells is given up', async () => {
  const ordinary = makeInstallation({ kind: 'arxiv' });
  expect(await ordinary.harvest()).toBe(true);
  const truth = await digestsOf(ordinary);
  const setting = {
    kind: 'arxiv',
    faults: ['omitted-range@10'],
    publishAfterRequests: Number.MAX_SAFE_INTEGER,
  } as const;
  const late = makeInstallation(setting);
  const asked = (): number =>
    late.upstream.ledger.entries.filter(
      (entry) => entry.type === 'request' && /GetRecord.*arXivRaw/.test(entry.url),
    ).length;
  expect(await late.harvest()).toBe(true);
  expect(asked()).toBeGreaterThan(0);
  for (let day = 0; day < 16; day += 1) {
    await late.wait(1);
    expect(await late.harvest()).toBe(true);
  }
  expect(compareDigests(await digestsOf(late), truth)).not.toEqual([]);
  late.upstream.publishHidden();
  await late.wait(8);
  expect(await late.harvest()).toBe(true);
  expect(compareDigests(await digestsOf(late), truth)).toEqual([]);

  const never = makeInstallation(setting);
  for (let week = 0; week < 20; week += 1) {
    expect(await never.harvest()).toBe(true);
    await never.wait(8);
  }
  const times = Map.groupBy(
    never.upstream.ledger.entries.flatMap((entry) =>
      entry.type === 'request' && /GetRecord.*arXivRaw/.test(entry.url) ? [entry] : [],
    ),
    ({ url }) => url,
  );
  expect(times.size).toBeGreaterThan(0);
  for (const entries of times.values()) expect(entries.length).toBeLessThanOrEqual(12);
});

// Repairs asked for the paper alone, which does not tell its version, and sweeps list identifiers: it was never learnt.
test('a paper of arXiv that is published late, and found by a sweep, learns its version too', async () => {
  const [late, ordinary] = [makeInstallation({ kind: 'arxiv' }), makeInstallation({ kind: 'arxiv' })];
  const hidden = late.upstream.hide(2);
  for (const each of [late, ordinary]) expect(await each.harvest()).toBe(true);
  expect(await late.store.find('source', hidden)).toEqual([]);
  late.upstream.publishHidden();
  for (const each of [late, ordinary]) {
    await each.wait(1);
    expect(await each.harvest()).toBe(true);
  }
  const found = await late.store.find('source', hidden);
  expect(found.map(({ version }) => version === null)).toEqual(hidden.map(() => false));
  expect(compareDigests(await digestsOf(late), await digestsOf(ordinary))).toEqual([]);
});
