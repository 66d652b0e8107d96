import { FIRST } from '../catalogue/first.ts';
import type { Layer } from '../fault.ts';
import type { Row } from '../judge.ts';

const TITLES: Readonly<Record<Layer, string>> = {
  simulation: 'Simulation by seed',
  'crash-points': 'Crash points',
  storm: 'Storm, then calm',
  power: 'Power cuts',
  soak: 'Soak',
  mutants: 'Mutants: broken builds that the drill must catch',
  network: 'Network',
  protocol: 'Protocol',
  process: 'Process',
  storage: 'Storage',
  machine: 'Clock and machine',
  surface: 'User interface',
  alerts: 'Alerts',
};

/** The heading that a row stands under. */
export function groupOf({ name, layer }: Pick<Row, 'name' | 'layer'>): string {
  return FIRST.includes(name) ? 'Asked for first' : TITLES[layer];
}

/** Rows under their headings, in the order in which the headings come first. */
export function grouped(rows: readonly Row[]): readonly (readonly [title: string, rows: readonly Row[]])[] {
  return [...Map.groupBy(rows, groupOf)];
}
