import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { Installation } from '../../../../drill/product/installation.ts';
import { asIdentifiers, asRecords, identifiersOf, isRecorded, recordedPages } from './recorded/recording.ts';
import type { RecordedPage } from './recorded/recording.ts';
import { replay, type ReplayServer } from './recorded/replay-server.ts';

interface Harvest {
  readonly code: number | null;
  readonly output: string;
  readonly product: Installation;
  readonly server: ReplayServer;
}

/** Harvests replayed pages with the built command line, as far as `run --once` goes. */
async function harvest(
  pages: readonly RecordedPage[],
  range: { readonly from: string; readonly until: string; readonly set?: string },
  record?: (identifier: string) => string | null,
): Promise<Harvest> {
  const server = await replay(pages, record);
  onTestFinished(() => server.stop());
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-recorded-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const product = new Installation(folder, ending.signal);
  const { baseUrl } = server;
  product.configure([
    {
      id: 'replayed',
      kind: 'oai-pmh',
      baseUrl,
      metadataPrefix: 'oai_dc',
      minIntervalMs: 1,
      cooldown: '1s',
      ...range,
    },
  ]);
  const { code, stdout, stderr } = await product.run('run', '--once', '--deadline', '60s');
  return { code, output: stdout + stderr, product, server };
}

async function expectExactly(
  { product, code, output }: Harvest,
  pages: readonly RecordedPage[],
  count: number,
): Promise<void> {
  expect(code, output).toBe(0);
  const papers = await product.papers();
  expect(papers).toHaveLength(count);
  expect(new Set(papers.map(({ id }) => id))).toStrictEqual(new Set(pages.flatMap(identifiersOf)));
  expect(papers.filter(({ deleted, title }) => !deleted && title === null)).toStrictEqual([]);
  expect(await product.gaps()).toStrictEqual([]);
  expect(await product.quarantine()).toStrictEqual([]);
}

describe.skipIf(!covered('recorded responses', isRecorded))(
  'recorded walks, replayed to the built command line (skipped where the recordings are not beside the repository)',
  () => {
    test.each([
      { name: 'calpoly', from: '2015-03-10', until: '2015-03-11', count: 208 },
      { name: 'rcaap', from: '2015-12-26', until: '2015-12-28', count: 103 },
      { name: 'datacite', from: '2012-12-19', until: '2012-12-21', count: 56 },
    ])('$name: all $count records are stored, and none twice', async ({ name, from, until, count }) => {
      const pages = recordedPages(name);
      const harvested = await harvest([...pages, ...pages.map(asIdentifiers)], { from, until });
      await expectExactly(harvested, pages, count);
      const tokens = harvested.server.asked.filter((query) => query.get('verb') === 'ListRecords');
      expect(tokens.map((query) => query.get('resumptionToken'))).toStrictEqual(
        pages.map(({ token }) => token),
      );
    });

    test('mit: what the recorded identifiers list and the first look did not is fetched, up to all 171', async () => {
      const listed = recordedPages('mit-get-identifiers');
      const all = listed.flatMap(identifiersOf);
      const omitted = new Set(all.filter((_, index) => index % 40 === 7));
      expect(omitted.size).toBe(5);
      const first = listed.map((page) => asRecords(page, (identifier) => !omitted.has(identifier)));
      const single = listed
        .map((page) => asRecords(page, (identifier) => omitted.has(identifier)).body)
        .join('');
      const recordOf = (identifier: string): string | null =>
        [...single.matchAll(/<record>[\s\S]*?<\/record>/g)]
          .map(([record]) => record)
          .find((record) => record.includes(`<identifier>${identifier}<`)) ?? null;
      const harvested = await harvest(
        [...first, ...listed],
        { from: '2022-01-01', until: '2022-01-10', set: 'hdl_1721.1_49432' },
        recordOf,
      );
      await expectExactly(harvested, listed, 171);
      const asked = harvested.server.asked.filter((query) => query.get('verb') === 'GetRecord');
      expect(new Set(asked.map((query) => query.get('identifier')))).toStrictEqual(omitted);
    });
  },
);
