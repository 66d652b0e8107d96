import type { SourceConfig } from '../../../config/index.ts';
import type { Counts } from './compare.ts';
import type { Completeness } from './inventory.ts';
import type { Scope } from './period.ts';
import type { IdsOfKind } from './read-ids.ts';

/** What came of comparing the identifiers of one kind. */
export interface KindReport {
  readonly found: IdsOfKind;
  readonly scope: Scope | null;
  readonly source: SourceConfig | null;
  readonly counts: Counts;
  /** `none`: nothing to compare with; `other-kind`: a source of another kind was named. */
  readonly method: 'store' | 'density' | 'none' | 'other-kind';
  readonly inventory: Completeness | null;
}
