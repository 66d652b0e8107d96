import type { SourceState } from '../port.ts';
import { unknownSource } from '../rules/fenced.ts';
import { createSource, updateSource } from '../rules/source-rules.ts';
import type { SourceChange } from '../rules/source-rules.ts';
import type { Connection } from './database.ts';
import { toSource } from './rows.ts';

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
  connection.run(
    'INSERT INTO sources (id, kind, state) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
    id,
    source.kind,
    JSON.stringify(state),
  );
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
