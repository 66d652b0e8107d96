import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The last whole drill of this machine's user: `holdfast drill` keeps it in the state folder. */
export interface LastDrill {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly size: 'quick' | 'full';
  readonly seed: number;
  /** Of the product that was drilled. */
  readonly version: string;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly notCovered: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** Where it is kept. */
export function lastDrillFile(stateDir: string): string {
  return join(stateDir, 'last-drill.json');
}

/** What was kept; null when there was no drill, or when what is there is nothing of ours. */
export function lastDrill(stateDir: string): LastDrill | null {
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(lastDrillFile(stateDir), 'utf8'));
  } catch {
    return null;
  }
  if (typeof kept !== 'object' || kept === null) return null;
  const { startedAt, size, version, ...rest } = kept as Readonly<Record<string, unknown>>;
  const isText = typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt));
  if (!isText || typeof version !== 'string' || (size !== 'quick' && size !== 'full')) return null;
  const counts = {
    seed: countOf(rest['seed']),
    valid: countOf(rest['valid']),
    invalid: countOf(rest['invalid']),
    unknown: countOf(rest['unknown']),
    notCovered: countOf(rest['notCovered']),
    lost: countOf(rest['lost']),
    duplicated: countOf(rest['duplicated']),
  };
  if (Object.values(counts).some((count) => count === null)) return null;
  return { startedAt, size, version, ...(counts as Readonly<Record<keyof typeof counts, number>>) };
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
