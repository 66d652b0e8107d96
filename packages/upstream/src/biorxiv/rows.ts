import { mix } from '../random.ts';

/** A version row: the row of the paper's first version, and which version this is. */
export interface VersionRow {
  readonly paper: number;
  readonly version: number;
}

const gap = 9;

/**
 * What a row of a fresh corpus is. Rows come in fours: three new papers and one revision of a paper nine fours earlier
 * (in every fourth four the third version of what was revised there), so that each (paper, version) occurs once and
 * is known from the row's number alone.
 */
export function originalRow(seed: number, row: number): VersionRow {
  const four = Math.floor(row / 4);
  if (row % 4 !== 3 || four < gap) return { paper: row, version: 1 };
  if (four % 4 === 3 && four >= 2 * gap) return { paper: revised(seed, four - gap), version: 3 };
  return { paper: revised(seed, four), version: 2 };
}

function revised(seed: number, four: number): number {
  return 4 * (four - gap) + (mix(seed, four, 51) % 3);
}
