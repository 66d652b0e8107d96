export type { Exchange, Outcome, Reply, UpstreamRequest } from './exchange.ts';
export { isKind, kinds, type Kind } from './kind.ts';
export type { ChangeReason, LedgerEntry, LedgerSummary, TruthRecord } from './ledger/entry.ts';
export { Ledger } from './ledger/ledger.ts';
export { summarize } from './ledger/summary.ts';
export type { UpstreamOptions } from './options.ts';
export type { Upstream } from './upstream-port.ts';
export { deliversWhole, type WireFault } from './wire.ts';
