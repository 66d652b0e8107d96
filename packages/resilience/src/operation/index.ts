export type { EntryKind, EntryState, Ledger, LedgerClaim, LedgerEntry, LedgerRun } from './ledger.ts';
export type { OperationEvent } from './operation-event.ts';
export type {
  EffectOptions,
  EffectOutcome,
  Operation,
  OperationOptions,
  OperationReport,
  Verified,
  Wakefulness,
} from './operation-port.ts';
