import * as checks from './checks/index.ts';
import type { Finding } from './finding.ts';
import { broken } from './finding.ts';
import type { Check, DoctorWorld } from './world.ts';

/** In the order in which they are told. */
const ORDER: readonly (readonly [name: string, check: Check])[] = [
  ['node', checks.node],
  ['service', checks.service],
  ['user-manager', checks.userManager],
  ['engine', checks.engine],
  ['leftovers', checks.leftovers],
  ['runtime-folder', checks.runtimeFolder],
  ['disk', checks.disk],
  ['file-system', checks.fileSystem],
  ['durable-writes', checks.durableWrites],
  ['store', checks.store],
  ['completeness', checks.completeness],
  ['logs', checks.logs],
  ['port', checks.port],
  ['descriptors', checks.descriptors],
  ['sleep', checks.sleep],
  ['alerts', checks.alerts],
  ['contact', checks.contact],
  ['proxy', checks.proxy],
  ['sources', checks.sources],
];

/** A finding, and what was done about it. */
export interface Checked extends Omit<Finding, 'fix'> {
  /** What was repaired; null when nothing was. */
  readonly fixed: string | null;
}

/** Makes all checks, each for itself: one that fails is a finding. With `fix` the safe repairs are made. */
export async function runChecks(world: DoctorWorld, fix: boolean): Promise<readonly Checked[]> {
  const all: Checked[] = [];
  for (const [name, check] of ORDER) {
    for (const finding of await findingsOf(name, check, world)) all.push(await settle(finding, fix));
  }
  return all;
}

async function findingsOf(name: string, check: Check, world: DoctorWorld): Promise<readonly Finding[]> {
  try {
    return await check(world);
  } catch (error) {
    const { message, hint } = error as { message?: string; hint?: string };
    return [
      broken(
        name,
        `This could not be looked at: ${message ?? String(error)}`,
        hint || 'report it with --bundle FILE',
      ),
    ];
  }
}

async function settle({ fix: repair, ...finding }: Finding, fix: boolean): Promise<Checked> {
  if (!fix || repair === undefined) return { ...finding, fixed: null };
  try {
    await repair.apply();
    return { check: finding.check, level: 'ok', message: finding.message, fixed: repair.done };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...finding, message: `${finding.message} It could not be repaired: ${why}`, fixed: null };
  }
}
