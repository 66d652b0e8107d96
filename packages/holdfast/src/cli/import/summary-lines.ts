import type { ImportSummary } from '../../model/import.ts';
import { plain } from '../terminal/escape.ts';
import { whole } from './progress-bar.ts';

/** What an import did, in sentences. */
export function summaryLines(path: string, summary: ImportSummary): readonly string[] {
  const { added, changed, known, repaired, refused, bad, already, stopped, sources } = summary;
  const name = plain(path);
  if (already) {
    return [`${name} was imported before and has not changed since: nothing to do.`, ...left(refused, bad)];
  }
  const where = sources.length === 0 ? '' : ` into ${sources.map(plain).join(', ')}`;
  const more = changed > 0 ? `, ${whole(changed)} changed` : '';
  return [
    `${name}${where}: ${whole(added)} new${more}, ${whole(known)} already here.`,
    ...(repaired > 0 ? [`${whole(repaired)} identifiers had gone through a number and were repaired.`] : []),
    ...left(refused, bad),
    ...(stopped ? ['Stopped. The same command goes on from here.'] : []),
  ];
}

function left(refused: number, bad: number): readonly string[] {
  if (refused + bad === 0) return [];
  return [
    `${whole(refused)} refused, ${whole(bad)} unreadable: kept with their reasons, see holdfast quarantine.`,
  ];
}
