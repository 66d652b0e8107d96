export { LedgerError, LedgerFencedError, OperationBusyError } from './ledger-error.ts';
export type { LedgerErrorCode } from './ledger-error.ts';
export type { EntryKind, EntryState, Ledger, LedgerClaim, LedgerEntry, LedgerRun } from './ledger.ts';
export { ledgerMemory, memoryLedger } from './memory-ledger.ts';
export type { LedgerMemory, MemoryLedger } from './memory-ledger.ts';
export type { MemoryTables, MemoryTx } from './memory-tables.ts';
export {
  EffectRefusedError,
  OperationChangedError,
  OperationMisuseError,
  OperationStopped,
} from './operation-error.ts';
export type { OperationMisuse } from './operation-error.ts';
export type { OperationEvent } from './operation-event.ts';
export { operation } from './operation.ts';
export type {
  EffectOptions,
  EffectOutcome,
  Operation,
  OperationOptions,
  OperationReport,
  Verified,
  Wakefulness,
} from './operation-port.ts';
export { begin, resumable } from './resumable.ts';
export type { OperationMethod, ResumableOptions } from './resumable.ts';
