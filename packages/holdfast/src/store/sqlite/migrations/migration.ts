import type { Connection } from '../database.ts';

/** One step of the schema, run in a transaction of its own. */
export interface Migration {
  /** The schema's version (`user_version`) after it. */
  readonly version: number;
  readonly sql: string;
  /** What SQL alone cannot do; runs after `sql` in the same transaction. */
  readonly run?: (connection: Connection) => void;
}
