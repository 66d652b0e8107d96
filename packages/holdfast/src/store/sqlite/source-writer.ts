import type { SourceState } from '../port.ts';
import { unknownSource } from '../rules/fenced.ts';
import { createSource, updateSource } from '../rules/source-rules.ts';
import type { SourceChange } from '../rules/source-rules.ts';
import type { Connection } from './database.ts';
import { assignChecked, insertChecked } from './row-check.ts';
import { toSource } from './rows.ts';

const PUT = `${insertChecked('sources')} ON CONFLICT (id) DO UPDATE SET ${assignChecked('sources', { state: '?3' })}`;

/** Creates a source's row when it is new; otherwise merges the given keys. */
export function putSource(
  connection: Connection,
  id: string,
  kind: string,
  change: SourceChange,
): SourceState {
  const row = connection.get('SELECT * FROM sources WHERE id = ?', id);
  const source = updateSource(row ? toSource(row) : createSource(id, kind), change);
  const { id: _id, kind: _kind, ...state } = source;
  connection.run(PUT, id, source.kind, JSON.stringify(state));
  return source;
}

/**
 * Merges keys into a source that is known.
 * @throws HoldfastError `ERR_STORE_UNKNOWN_SOURCE`
 */
export function mergeSource(connection: Connection, id: string, change: SourceChange): void {
  if (!connection.get('SELECT 1 FROM sources WHERE id = ?', id)) throw unknownSource(id);
  putSource(connection, id, '', change);
}
