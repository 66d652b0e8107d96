import type { Case } from './case.ts';

/** A row with what was measured: nanoseconds and bytes per call, bytes retained. */
export interface Row extends Omit<Case, 'make'> {
  readonly ns: number;
  readonly least: number;
  readonly most: number;
  readonly bytes: number;
  readonly retained: number;
}

/** One gate and how it came out. */
export interface Verdict {
  readonly met: boolean;
  readonly text: string;
}

const KIB = 1024;

/** The gates of which all rows were measured. */
export function gates(rows: readonly Row[]): readonly Verdict[] {
  const find = (group: Case['group'], name: string): Row | undefined =>
    rows.find((row) => row.group === group && row.name === name);
  const ratio = (group: Case['group'], peer: string, limit: number): readonly Verdict[] => {
    const [ours, other] = [find(group, 'holdfast'), find(group, peer)];
    if (ours === undefined || other === undefined) return [];
    const found = ours.ns / other.ns;
    return [{ met: found <= limit, text: `${group}: ${found.toFixed(3)} of ${peer} (at most ${limit})` }];
  };
  const all = find('retry + breaker + timeout', 'holdfast');
  const bytes = all === undefined ? [] : [sized(`${all.group}: bytes per call`, all.bytes, 1.5 * KIB)];
  return [
    ...ratio('retry', 'hand-written loop', 2),
    ...ratio('retry + breaker + timeout', 'cockatiel', 1 / 8),
    ...bytes,
    ...ratio('open circuit', 'cockatiel', 1 / 4),
    ...rows
      .filter(({ name }) => name.startsWith('holdfast'))
      .map((row) => sized(`${row.group}, ${row.name}: bytes retained`, row.retained, 64 * KIB)),
  ];
}

function sized(what: string, found: number, limit: number): Verdict {
  return { met: found <= limit, text: `${what} ${found.toFixed(0)} (at most ${limit})` };
}
