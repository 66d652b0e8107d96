import type { Item } from './item.ts';
import type { Knowledge, KnownRow } from './knowledge.ts';
import { compareVersions, greatestVersion } from './knowledge.ts';

/**
 * Whether an imported item has anything to add. What was harvested is never touched, whatever the dates say: of a
 * record that was harvested an import brings older versions that are not here, and nothing else. Among imported rows
 * the newer stamp wins, and a row that knows its version is better than one that does not. The other way round, a
 * harvest replaces an imported row whatever its date (`isNewerThan`).
 */
export function addsToHarvest({ rows }: Knowledge, item: Item): boolean {
  if (item.type !== 'paper' && item.type !== 'deleted') return false;
  if (rows.length === 0) return true;
  const harvested = rows.filter((row) => row.imported !== true);
  if (item.type === 'deleted') return harvested.length === 0 && !rows.some((row) => row.fields.deleted);
  const version = item.unknown.includes('version') ? null : item.fields.version;
  if (harvested.length > 0 && !isOlder(harvested, version)) return false;
  if (version === null) return rows.every((row) => row.version === null && row.datestamp < item.datestamp);
  const same = rows.find((row) => row.version === version);
  return same === undefined || (same.imported === true && same.datestamp < item.datestamp);
}

/** A row without its number may be any version, so nothing is older than it. */
function isOlder(harvested: readonly KnownRow[], version: string | null): boolean {
  if (version === null || harvested.some((row) => row.version === null || row.fields.deleted)) return false;
  const greatest = greatestVersion(harvested);
  return greatest !== null && compareVersions(version, greatest) < 0;
}
