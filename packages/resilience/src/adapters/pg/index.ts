export { inTransaction } from './in-transaction.ts';
export type { TransactionOptions } from './in-transaction.ts';
export { pgAdapter } from './pg-adapter.ts';
export type { PgAdapterOptions } from './pg-adapter.ts';
export type { PgClientLike, PgResultLike } from './pg-client-like.ts';
export { classifyPg, PG_RULES } from './pg-rules.ts';
