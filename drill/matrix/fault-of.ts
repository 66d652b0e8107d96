import { sentence } from '../catalogue/sentence.ts';
import type { Fault, PlayTogether } from '../fault.ts';
import { playRow } from './play-row.ts';
import { isPlain, playTogether } from './play-together.ts';
import type { Row } from './row.ts';

/** Rows of the matrix as rows of the drill. */
export function faultsOf(rows: readonly Row[]): readonly Fault[] {
  const together: PlayTogether = (names, stage) => {
    const meant = names.map((name) => rows.find((row) => row.name === name));
    return playTogether(
      meant.filter((row) => row !== undefined),
      stage,
    );
  };
  return rows.map((row) => (isPlain(row) ? { ...faultOf(row), together } : faultOf(row)));
}

function faultOf(row: Row): Fault {
  const { name, layer = 'protocol', quick = false, about } = row;
  return {
    name,
    layer,
    about: sentence(about),
    holds: row.holds ?? holdsOf(row),
    quick,
    limitMs: 600_000,
    play: (stage) => playRow(row, stage),
  };
}

function holdsOf({ expect = {} }: Row): string {
  const { exit = 0, gaps = 0, quarantined = 0, wastedAtMost } = expect;
  const most = wastedAtMost === undefined ? '' : `, by at most ${String(wastedAtMost)} requests more`;
  if (exit === 69) return `What is still to come is owed and said to be: exit 69${most}.`;
  if (gaps + quarantined > 0)
    return `Every record is stored, or visibly set aside: ${String(gaps)} gaps, ${String(quarantined)} in the quarantine${most}.`;
  return `Every record of the list is stored once, as the list has it${most}.`;
}
