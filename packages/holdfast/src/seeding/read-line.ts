import type { Day } from '../model/day.ts';
import { isFuture } from './dates.ts';
import { readEngineLine } from './engine-line.ts';
import { isExportLine, readExportLine } from './export-line.ts';
import { refused } from './mapped.ts';
import type { Mapped, Values } from './mapped.ts';
import { isSnapshotLine, readSnapshotLine } from './snapshot-line.ts';

/** Reads a line of any of the formats that are understood; told line by line, so that mixed files are read too. */
export function readLine(values: Values, today: Day): Mapped {
  const mapped = isExportLine(values)
    ? readExportLine(values)
    : isSnapshotLine(values)
      ? readSnapshotLine(values)
      : readEngineLine(values);
  if (mapped.type === 'refused' || !isFuture(mapped.item.datestamp, today)) return mapped;
  const { id, datestamp } = mapped.item;
  const reason = `Its date ${datestamp} lies in the future.`;
  return refused('ERR_IMPORT_DATE', reason, id, mapped.home);
}
