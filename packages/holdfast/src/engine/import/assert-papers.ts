import type { Dataset } from '../../datasets/port.ts';
import type { Day } from '../../model/day.ts';
import { HoldfastError } from '../../model/error.ts';
import { readLine } from '../../seeding/read-line.ts';

const TABLES: ReadonlySet<string> = new Set(['csv', 'sqlite', 'parquet']);
/** So many rows at the beginning are looked at. */
const ROWS = 50;
/** In a shorter table each row may well be wrong for a reason of its own. */
const FEWEST = 10;

/**
 * A table of something else would go into the quarantine row by row, where each entry waits for somebody: it is refused as
 * a whole before anything is written.
 * @throws HoldfastError `ERR_IMPORT_NO_PAPERS` when none of the first rows of a table can be taken
 */
export async function assertPapers(dataset: Dataset, today: Day, signal: AbortSignal): Promise<void> {
  if (!TABLES.has(dataset.form)) return;
  let [rows, reason] = [0, ''];
  for await (const { entries } of dataset.batches({ after: null, signal })) {
    for (const { content } of entries) {
      if (content.type !== 'fields') continue;
      const mapped = readLine(content.values, today);
      if (mapped.type === 'paper') return;
      if (rows === 0) reason = mapped.reason;
      rows += 1;
      if (rows === ROWS) throw noPapers(dataset.path, rows, reason);
    }
  }
  if (rows >= FEWEST) throw noPapers(dataset.path, rows, reason);
}

function noPapers(path: string, rows: number, reason: string): HoldfastError {
  return new HoldfastError(
    'ERR_IMPORT_NO_PAPERS',
    `${path} is a table of which none of the first ${String(rows)} rows can be taken: ${reason}`,
    {
      hint: 'A row needs title, link or identifier, and published; of our own exports take the jsonl. What a table of identifiers lacks: holdfast audit --input FILE.',
    },
  );
}
