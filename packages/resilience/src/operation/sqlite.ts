export { sqliteLedger } from './sqlite-ledger.ts';
export type { SqliteLedgerOptions } from './sqlite-ledger.ts';
export type { SqliteRow, SqliteTx, SqliteValue } from './sqlite-tx.ts';
