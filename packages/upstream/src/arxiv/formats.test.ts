import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { metadataOf, Schema } from '../../test/support/schema.ts';
import { all, parseXml } from '../../test/support/xml.ts';
import { get, noon, walk } from '../../test/support/client.ts';
import { createUpstream, type Upstream } from '../index.ts';

const schemas = fileURLToPath(new URL('../../../../../shared/recorded/schemas/', import.meta.url));
const recorded = existsSync(schemas);

function corpus(): Upstream {
  // 1,100 rows hold the long author list, the title `0`-like oddities start at 5,003 and have a test of their own.
  return createUpstream({ kind: 'arxiv', now: () => noon, records: 1100, pageSize: 400, seed: 7 });
}

describe('formats of the arXiv simulator', () => {
  for (const prefix of ['arXiv', 'arXivRaw', 'arXivOld'] as const) {
    it.skipIf(!recorded)(
      `${prefix} conforms to the recorded schema (skipped where no schema is recorded)`,
      async () => {
        const schema = new Schema(readFileSync(`${schemas}${prefix}.xsd`, 'utf8'));
        const pages = await walk(corpus(), `verb=ListRecords&metadataPrefix=${prefix}`);
        const records = pages.flatMap(metadataOf);
        expect(records).toHaveLength(1100);
        expect(records.flatMap((record) => schema.faults(record))).toEqual([]);
        expect(new Set(records.map((record) => record.name))).toEqual(new Set([prefix]));
      },
    );
  }

  it.skipIf(!recorded)('the conformity check notices a wrong order, an unknown and a missing element', () => {
    const schema = new Schema(readFileSync(`${schemas}arXivRaw.xsd`, 'utf8'));
    const faults = schema.faults(parseXml('<arXivRaw><title>t</title><id>1</id><nonsense/></arXivRaw>'));
    expect(faults).toContain('<id> comes too late in <arXivRaw>');
    expect(faults).toContain('<nonsense> is not known in <arXivRaw>');
    expect(faults).toContain('<submitter> occurs 0 times in <arXivRaw>');
  });

  it('every answer is well-formed', async () => {
    const upstream = corpus();
    const urls = [
      'verb=Identify',
      'verb=ListSets',
      'verb=ListMetadataFormats',
      'verb=ListIdentifiers&metadataPrefix=oai_dc',
      'verb=Bad',
    ];
    for (const url of urls) parseXml(await get(upstream, `/oai?${url}`));
    for (const page of await walk(upstream, 'verb=ListRecords&metadataPrefix=oai_dc')) parseXml(page);
    for (const url of [
      '/api/query?search_query=all:x&max_results=50',
      '/api/query?id_list=nonsense',
      '/api/query?search_query=x&start=a',
      '/rss/cs+hep-th',
    ]) {
      parseXml(await get(upstream, url));
    }
  });

  it('gives TeX in arXivRaw and Unicode in arXiv, and keeps the awkward characters', async () => {
    const upstream = corpus();
    const raw = (await walk(upstream, 'verb=ListRecords&metadataPrefix=arXivRaw')).join('');
    const plain = (await walk(upstream, 'verb=ListRecords&metadataPrefix=arXiv')).join('');
    expect(raw).toContain('Erd\\H{o}s');
    expect(plain).toContain('Erdős');
    expect(plain).not.toContain('Erd\\H{o}s');
    for (const text of ['Мы доказываем', '本研究', '&lt;![CDATA[', ']]&gt;', '&amp;#13;'])
      expect(plain).toContain(text);
  });

  it('prints the date of the current version as created and fills acm-class from msc-class, as the original does', async () => {
    const upstream = corpus();
    const plain = metadataOf((await walk(upstream, 'verb=ListRecords&metadataPrefix=arXiv'))[0] ?? '');
    const old = metadataOf((await walk(upstream, 'verb=ListRecords&metadataPrefix=arXivOld'))[0] ?? '');
    const text = (record: (typeof plain)[number], name: string): string => all(record, name)[0]?.text ?? '';
    const withAcm = plain
      .map((record, i) => ({ record, old: old[i] }))
      .filter(({ record }) => text(record, 'acm-class') !== '');
    expect(withAcm.length).toBeGreaterThan(3);
    for (const { record, old: other } of withAcm) {
      expect(text(record, 'acm-class')).toBe(
        text(record, 'msc-class') === '' ? 'None' : text(record, 'msc-class'),
      );
      expect(other && text(other, 'acm-class')).toBe('I.2.6; F.2.2');
    }
    const updated = plain.filter((record) => text(record, 'updated') !== '');
    expect(updated.length).toBeGreaterThan(3);
    for (const record of updated) expect(text(record, 'created')).toBe(text(record, 'updated'));
  });

  it('lists aliased sets in ListRecords only', async () => {
    const upstream = corpus();
    const records = await get(upstream, '/oai?verb=ListRecords&metadataPrefix=arXiv');
    const headers = await get(upstream, '/oai?verb=ListIdentifiers&metadataPrefix=arXiv');
    const first = (text: string): number =>
      all(
        all(parseXml(text), 'header').find((header) =>
          all(header, 'setSpec').some((spec) => spec.text.includes('NA')),
        ) ?? parseXml(text),
        'setSpec',
      ).length;
    expect(first(records)).toBeGreaterThan(first(headers));
  });

  it('has ids of every shape, each once, dense within the months of the corpus', () => {
    const ids = [...corpus().truth()].map((record) => record.id);
    expect(new Set(ids).size).toBe(1100);
    expect(ids.some((id) => /^[a-z-]+\/\d{7}$/.test(id))).toBe(true);
    expect(ids.some((id) => /^\d{4}\.\d{4}$/.test(id))).toBe(true);
    const november = ids.filter((id) => id.startsWith('2611.')).map((id) => Number(id.slice(5)));
    expect(november.toSorted((a, b) => a - b)).toEqual(november.map((_, i) => i + 1));
  });
});
