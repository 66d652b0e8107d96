import { hashPaper } from '../../model/hash.ts';
import { normalise } from '../../model/normalise.ts';
import type { RawFields } from '../../model/normalise.ts';
import type { StoredPaper } from '../../model/paper.ts';

/** A stored paper with every field filled; `change` replaces some. */
export function examplePaper(change: Partial<RawFields> = {}): StoredPaper {
  const fields = normalise({
    id: '2301.00001',
    version: '2',
    title: 'On "commas", and β-decay',
    abstract: 'First.\n Second.',
    authors: [{ name: 'Ada Lovelace', orcid: '0000-0001', affiliation: 'London' }, { name: 'Bo' }],
    categories: ['cs.LG', 'math.CO'],
    doi: '10.1/x',
    published: '2023-01-01',
    updated: '2023-02-01',
    license: 'http://creativecommons.org/licenses/by/4.0/',
    urls: { abstract: 'https://arxiv.org/abs/2301.00001' },
    ...change,
  });
  return {
    seq: 7n,
    source: 'arxiv',
    datestamp: '2023-02-02',
    fields,
    hash: hashPaper(fields),
    hashVersion: 1,
  };
}
