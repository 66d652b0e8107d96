import { expect } from 'vitest';
import type { PaperItem } from '../../../model/item.ts';
import type { PageRequest, Reading } from '../../port.ts';
import { biorxivSource } from '../biorxiv-source.ts';
import { pageOf, versionRow } from './answers.ts';
import type { answerOf } from './answers.ts';

/** The source under test. */
export const source = biorxivSource({ id: 'bio', kind: 'biorxiv' });
export const med = biorxivSource({ id: 'med', kind: 'medrxiv' });
export const range = { from: '2026-08-01', to: '2026-08-08' };
export const today = '2026-09-20';
export const details = source.first('details', range, 1, today);
export const pubs = source.first('pubs', range, 1, today);
export const doi = source.record('10.1101/2025.09.17.676679') ?? details;

export function read(
  request: PageRequest,
  answer: ReturnType<typeof answerOf>,
  answeredBefore = false,
): Reading {
  return source.read(request, answer, { answeredBefore });
}

export function page(reading: Reading): Extract<Reading, { type: 'page' }> {
  expect(reading.type).toBe('page');
  return reading as Extract<Reading, { type: 'page' }>;
}

export function paper(row: Readonly<Record<string, unknown>>): PaperItem {
  const [item] = page(read(details, pageOf([{ ...versionRow, ...row }]))).items;
  expect(item?.type).toBe('paper');
  return item as PaperItem;
}
