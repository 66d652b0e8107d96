import type { Related } from '../port.ts';
import type { Connection } from './database.ts';

/** Records that are one work with this one, or may be. */
export function readRelated(_db: Connection, _source: string, _id: string): Related {
  return { exact: [], candidates: [] };
}
