import type { Ledger } from '@holdfast/resilience/operation';
import type { SqliteTx } from '@holdfast/resilience/operation/sqlite';
import { UsageError } from './flags.ts';
import type { About, Flags } from './flags.ts';

/** Writes down what a person has found out about what was in doubt. @throws UsageError when that is not in doubt */
export async function settle(ledger: Ledger<SqliteTx>, about: About, flags: Flags): Promise<void> {
  if (flags.settle.length === 0) return;
  const entries = await ledger.entries(about.name);
  const inDoubt = entries.filter(({ state }) => state === 'in-doubt').map(({ path }) => path);
  const wrong = flags.settle.find(({ path }) => !inDoubt.includes(path));
  if (wrong) {
    const these = inDoubt.length > 0 ? `; these are: ${inDoubt.join(', ')}` : ', and nothing else is';
    throw new UsageError(`${wrong.path} is not in doubt${these}.`);
  }
  for (const { path, decision } of flags.settle) await ledger.settle(about.name, path, decision);
}
