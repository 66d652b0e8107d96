import type { SourceKind } from '../../../config/index.ts';

/** Kinds whose identifiers have a form, and repositories, which name their records as they like. */
export type IdKind = Exclude<SourceKind, 'holdfast'>;

/** An identifier that an entry of a data set names. */
export interface FoundId {
  readonly kind: IdKind;
  /** As the store has it. */
  readonly id: string;
  /** Decimal digits; null when the entry does not tell. */
  readonly version: string | null;
  /** `YYYY-MM-DD…`; null when the entry does not tell. */
  readonly datestamp: string | null;
  /** It had gone through a number and was put right. */
  readonly repaired: boolean;
}

/** What a value says. */
export type Recognised =
  | { readonly type: 'id'; readonly id: FoundId }
  /** An identifier that a number destroyed, and no id or more than one can have become it. */
  | { readonly type: 'damaged'; readonly written: string; readonly reason: string }
  | null;
