import { classify } from '@holdfast/resilience';
import type { ImportSummary } from '../../model/import.ts';
import { runImport } from './run-import.ts';
import type { ImportFile, ImportWorld } from './run-import.ts';

/** Changes to one call; between two of them a Ctrl-C is heard. */
const AT_ONCE = 2_000;

/** Imports without an engine: what was brought is indexed at the end, in one go, so that it is found at once. */
export async function importAlone(world: ImportWorld, file: ImportFile): Promise<ImportSummary> {
  const summary = await runImport(world, file);
  const { store } = world;
  try {
    for (let left = 1; left > 0 && !file.signal.aborted;) {
      left = await store.index(AT_ONCE);
      file.onIndexing?.(left);
    }
  } catch (error) {
    // The next engine indexes what is left; the records are stored.
    if (classify(error).category !== 'local') throw error;
  }
  return summary;
}
