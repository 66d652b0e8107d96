import { describe, expect, it } from 'vitest';
import { findPapers } from './find-papers.ts';
import { examplePaper } from './testing/example-paper.ts';

const held = [
  examplePaper({ id: '2301.00001', version: '2' }),
  examplePaper({ id: '2301.00001', version: '1' }),
  examplePaper({ id: 'hep-th/9901001', version: null }),
  examplePaper({ id: '10.1101/2026.11.19.100216', version: '1' }),
];
const reader = { show: (id: string) => Promise.resolve(held.filter(({ fields }) => fields.id === id)) };

async function versionsOf(text: string): Promise<readonly (string | null)[]> {
  return (await findPapers(reader, text)).map(({ fields }) => fields.version);
}

describe('a paper is found by', () => {
  it.each([
    ['2301.00001', ['2', '1']],
    ['2301.00001v1', ['1']],
    ['arXiv:2301.00001v2', ['2']],
    ['https://arxiv.org/abs/2301.00001v1', ['1']],
    ['https://arxiv.org/pdf/2301.00001', ['2', '1']],
    ['oai:arXiv.org:hep-th/9901001', [null]],
    ['https://doi.org/10.1101/2026.11.19.100216', ['1']],
    ['doi:10.1101/2026.11.19.100216v1', ['1']],
    ['https://www.biorxiv.org/content/10.1101/2026.11.19.100216v1.full.pdf', ['1']],
  ])('%s', async (text, versions) => {
    expect(await versionsOf(text)).toEqual(versions);
  });
});

describe('a paper that is not found', () => {
  it('is looked for elsewhere, and an unknown version names those that are held', async () => {
    await expect(findPapers(reader, 'banana')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringContaining('holdfast search') as string,
    });
    await expect(findPapers(reader, '2301.00001v9')).rejects.toThrow(/2301\.00001, but not .*held: 2, 1/);
    await expect(findPapers(reader, 'hep-th/9901001v3')).rejects.toThrow(/held: not known yet/);
  });
});
