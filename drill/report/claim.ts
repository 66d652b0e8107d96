import type { Row } from '../judge.ts';
import { count, many } from './format.ts';
import type { Report } from './report.ts';

/** What was counted over the whole drill, and nothing beyond it. */
export function claimOf({ rows, summary }: Report): string {
  const { lost, duplicated, unexpected, counts } = summary;
  const faults = rows.filter(({ verdict }) => verdict === 'valid' || verdict === 'invalid').length;
  const over = [
    counts.seeds > 0 ? many(counts.seeds, 'seed') : null,
    counts.crashPoints > 0 ? many(counts.crashPoints, 'crash point') : null,
    counts.powerCuts > 0 ? many(counts.powerCuts, 'power cut') : null,
    counts.kills > 0 ? many(counts.kills, 'random kill') : null,
    many(faults, 'row'),
  ].filter((each) => each !== null);
  const strays = unexpected > 0 ? ` / ${count(unexpected)} unexpected` : '';
  return `${count(lost)} lost / ${count(duplicated)} duplicated${strays} across ${over.join(', ')}`;
}

/** How many broken builds were caught; null when none was tried. */
export function mutantsOf({ summary: { counts } }: Report): string | null {
  return counts.mutantsOf === 0
    ? null
    : `mutants caught ${count(counts.mutantsKilled)}/${count(counts.mutantsOf)}`;
}

/** `3 valid, 1 invalid, …`. */
export function verdictsOf({ summary }: Report): string {
  const { valid, invalid, unknown, notCovered } = summary;
  return `${count(valid)} valid, ${count(invalid)} invalid, ${count(unknown)} unknown, ${count(notCovered)} not covered`;
}

/** One word on the whole. */
export function outcomeOf({ summary, rows }: Report): string {
  const { invalid, unknown, valid, interrupted, unexcused } = summary;
  if (invalid > 0) return `${many(invalid, 'row')} did not hold`;
  if (interrupted) return `Interrupted after ${many(rows.length, 'row')}`;
  if (unknown > 0) return `${many(unknown, 'row')} proved nothing`;
  if (unexcused.length > 0) return `${many(unexcused.length, 'row')} could not be played`;
  return valid === 0 ? 'Nothing was played' : 'Everything that was covered held';
}

/** What a row that was not played needs. */
export function needsOf({ findings }: Row): string {
  return (findings[0] ?? '').replace(/^needs /, '');
}
