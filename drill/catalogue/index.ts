import type { Fault } from '../fault.ts';
import { crashPointRows } from '../levels/crash-points/index.ts';
import { mutantRows } from '../levels/mutants/index.ts';
import { powerRows } from '../levels/power/index.ts';
import { simulationRows } from '../levels/simulation/index.ts';
import { soakRows } from '../levels/soak/index.ts';
import { stormRows } from '../levels/storm/index.ts';
import { alertsFaults } from './alerts/index.ts';
import { FIRST } from './first.ts';
import { machineFaults } from './machine/index.ts';
import { networkFaults } from './network/index.ts';
import { beyondTheMachine } from './not-covered.ts';
import { processFaults } from './process/index.ts';
import { protocolFaults } from './protocol/index.ts';
import { sentence } from './sentence.ts';
import { storageFaults } from './storage/index.ts';
import { surfaceFaults } from './surface/index.ts';

const singles = [
  ...networkFaults,
  ...protocolFaults,
  ...processFaults,
  ...storageFaults,
  ...machineFaults,
  ...surfaceFaults,
  ...alertsFaults,
];

const rows: readonly Fault[] = [
  ...singles.filter(({ name }) => FIRST.includes(name)),
  ...simulationRows,
  ...crashPointRows,
  ...singles.filter(({ name }) => !FIRST.includes(name)),
  ...stormRows,
  ...powerRows,
  ...mutantRows,
  ...soakRows,
  ...beyondTheMachine,
];

/** Every row of the drill, in the order in which they are played. */
export const catalogue: readonly Fault[] = rows.map((row) => ({
  ...row,
  about: sentence(row.about),
  holds: sentence(row.holds),
}));

/** The rows that are meant: by size, or by name, part of a name, or layer. Names that fit exactly go before parts. */
export function choose(only: readonly string[], quickOnly: boolean): readonly Fault[] {
  if (only.length === 0) return quickOnly ? broadFirst(catalogue.filter(({ quick }) => quick)) : catalogue;
  const isMeant = (text: string): ((fault: Fault) => boolean) =>
    catalogue.some(({ name }) => name === text)
      ? ({ name }) => name === text
      : ({ name, layer }) => layer === text || name.includes(text);
  const tests = only.map(isMeant);
  return catalogue.filter((fault) => tests.some((test) => test(fault)));
}

/** A few rows of every layer before the rest of any: what a slow machine has no time for is more of the same. */
const BROAD = 7;

function broadFirst(rows: readonly Fault[]): readonly Fault[] {
  const seen = new Map<string, number>();
  const isEarly = rows.map(({ layer }) => {
    const before = seen.get(layer) ?? 0;
    seen.set(layer, before + 1);
    return before < BROAD;
  });
  return [...rows.filter((_, index) => isEarly[index]), ...rows.filter((_, index) => !isEarly[index])];
}
