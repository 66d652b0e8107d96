import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DrillArguments } from '../arguments.ts';
import type { Report } from './report.ts';

/** Names the file for the summary of the last drill; the product's command line sets it. */
export const REMEMBER = 'HOLDFAST_DRILL_LAST';

/** Keeps the summary of a whole drill for other surfaces; a drill of chosen rows, or half of one, says too little. */
export function remember(
  { seed, version, summary }: Report,
  { only }: Pick<DrillArguments, 'only'>,
  path = process.env[REMEMBER],
): void {
  if (path === undefined || path === '' || only.length > 0 || summary.interrupted) return;
  const { size, startedAt, valid, invalid, unknown, notCovered, lost, duplicated, tookMs } = summary;
  const kept = {
    startedAt,
    size,
    seed,
    version,
    valid,
    invalid,
    unknown,
    notCovered,
    lost,
    duplicated,
    tookMs,
  };
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${JSON.stringify(kept)}\n`);
    renameSync(`${path}.new`, path);
  } catch {
    // It is a reminder and no proof: the report itself is told.
  }
}
