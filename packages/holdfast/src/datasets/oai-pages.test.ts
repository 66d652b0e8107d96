import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readXmlPage, textOf, childOf } from '../xml/index.ts';
import type { DatasetEntry } from './port.ts';
import { openDataset } from './open-dataset.ts';
import { batchesOf, contentOf, entriesOf, put, temporaryFolder } from './testing/read-all.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const record = (id: string, inside = '') =>
  `<record><header><identifier>${id}</identifier><datestamp>2024-01-01</datestamp></header><metadata><dc>é${inside}</dc></metadata></record>`;
const header = (id: string) => `<header><identifier>${id}</identifier></header>`;
const answer = (inside: string, verb = 'ListRecords') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2024-01-01T00:00:00Z</responseDate><request verb="${verb}">http://example.org/oai</request><${verb}>${inside}<resumptionToken>t|1</resumptionToken></${verb}></OAI-PMH>\n`;

const marks = {
  record: 'record',
  first: 'header',

  lists: ['ListRecords'],
  after: ['resumptionToken'],
  root: 'OAI-PMH',
};

/** The ids of the records in the pages, and the codes of what was bad, in their order. */
function idsOf(entries: readonly DatasetEntry[]): readonly string[] {
  return entries.flatMap(({ content }) => {
    if (content.type === 'bad') return [content.code];
    if (content.type !== 'oai-page') return ['?'];
    return readXmlPage(
      content.bytes,
      { root: 'OAI-PMH', lists: { ListRecords: marks, ListIdentifiers: marks }, after: ['resumptionToken'] },
      (node) => {
        const head = node.name === 'header' ? node : childOf(node, 'header');
        const id = head === null ? null : childOf(head, 'identifier');
        return id === null ? '' : textOf(id);
      },
    ).records;
  });
}

async function idsIn(content: string | Uint8Array): Promise<readonly string[]> {
  return idsOf(await entriesOf(await openDataset(await put(folder, 'dump', content))));
}

describe('OAI-PMH answers in files', () => {
  const traps = [
    '',
    '<![CDATA[</record></OAI-PMH><record>]]>',
    '<!-- </OAI-PMH> <record> -->',
    '<record xmlns="marc">x<record/></record>',
  ];
  it('are found one after the other, as `curl >> file` leaves them, with whatever their records hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...traps), { minLength: 1, maxLength: 5 }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.constantFrom('', '\n', '\ufeff', '\r\n\r\n'),
        fc.boolean(),
        async (pages, between, packed) => {
          const ids = pages.map((page, at) => page.map((_, index) => `oai:x:${at}/${index}`));
          const text = pages
            .map((page, at) =>
              answer(page.map((trap, index) => record(ids[at]?.[index] ?? '', trap)).join('\n')),
            )
            .join(between);
          expect(await idsIn(packed ? gzipSync(text) : text)).toEqual(ids.flat());
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lose nothing but the record that they are cut in', async () => {
    const whole = answer([1, 2, 3, 4].map((id) => record(`oai:x:${id}`)).join(''));
    const ends = [1, 2, 3, 4].map((id) => whole.indexOf('</record>', whole.indexOf(`oai:x:${id}<`)) + 9);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: whole.indexOf('<record>'), max: whole.length - 14 }),
        async (cut) => {
          const complete = ends.filter((end) => end <= cut).map((_, index) => `oai:x:${index + 1}`);
          const found = await idsIn(whole.slice(0, cut) + answer(record('oai:x:next')));
          expect(found.filter((id) => !id.startsWith('ERR_'))).toEqual([...complete, 'oai:x:next']);
          const inRecord = cut > whole.indexOf('<record>') && cut < (ends[3] ?? 0) && !ends.includes(cut);
          if (inRecord) expect(found).toContain('ERR_DATASET_CUT');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('may be bare records, lists of identifiers, or have prefixes', async () => {
    expect(await idsIn(`${record('a:b:1')}\n${record('a:b:2')}`)).toEqual(['a:b:1', 'a:b:2']);
    expect(await idsIn(`<records>${record('a:b:1')}${record('a:b:2')}</records>`)).toEqual([
      'a:b:1',
      'a:b:2',
    ]);
    expect(await idsIn(answer(header('a:b:1') + header('a:b:2'), 'ListIdentifiers'))).toEqual([
      'a:b:1',
      'a:b:2',
    ]);
    expect(await idsIn(header('a:b:1') + header('a:b:2'))).toEqual(['a:b:1', 'a:b:2']);
    expect(await idsIn(answer(record('a:b:1')).replaceAll(/<(\/?)(?=[A-Za-z])/g, '<$1oai:'))).toEqual([
      'a:b:1',
    ]);
  });

  it('are told from what else a server sent', async () => {
    expect(
      await idsIn(
        `${answer(record('a:b:1'))}Rate exceeded.\n${answer(record('a:b:2'))}<html><p>Sorry</html>`,
      ),
    ).toEqual(['a:b:1', 'ERR_DATASET_CUT', 'a:b:2', 'ERR_DATASET_CUT']);
  });

  it('that are very long are handed on in parts, and any part can be gone on after', async () => {
    const ids = Array.from({ length: 1500 }, (_, index) => `oai:x:${index}`);
    const path = await put(folder, 'long', answer(ids.map((id) => record(id, 'x'.repeat(12_000))).join('')));
    const batches = await batchesOf(await openDataset(path));
    expect(batches.length).toBeGreaterThan(2);
    expect(idsOf(batches.flatMap(({ entries }) => entries))).toEqual(ids);
    const rest = await entriesOf(await openDataset(path), batches[0]?.position ?? '');
    expect(idsOf(rest)).toEqual(idsOf(batches.slice(1).flatMap(({ entries }) => entries)));
  });

  it('of metha are read in the order of their windows, and its unfinished window is told', async () => {
    await using own = await temporaryFolder();
    const cache = join(own.path, Buffer.from('#oai_dc#http://example.org/oai').toString('base64url'));
    await mkdir(cache);
    await put({ path: cache }, '2024-02-29-00000000.xml.gz', gzipSync(answer(record('a:b:2'))));
    await put({ path: cache }, '2024-01-31-00000001.xml.gz', gzipSync(answer(record('a:b:1'))));
    await put({ path: cache }, '2024-01-31-00000000.xml.gz', gzipSync(answer(record('a:b:0'))));
    await put({ path: cache }, '2024-03-31-00000000.xml-tmp-4711', answer(record('a:b:3')));
    const dataset = await openDataset(cache);
    expect([dataset.form, dataset.files]).toEqual(['metha', 4]);
    expect(idsOf(await entriesOf(dataset))).toEqual(['a:b:0', 'a:b:1', 'a:b:2', 'ERR_DATASET_UNFINISHED']);
    for (const [index, { position }] of (await batchesOf(dataset)).entries()) {
      const rest = idsOf(await entriesOf(await openDataset(cache), position));
      expect(rest).toEqual(['a:b:0', 'a:b:1', 'a:b:2', 'ERR_DATASET_UNFINISHED'].slice(index + 1));
    }
    expect((await entriesOf(dataset)).map(contentOf)[0]).toContain('a:b:0');
  });
});
