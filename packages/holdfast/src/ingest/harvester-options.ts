import type { SourceAudits } from '../audit/port.ts';
import type { Day } from '../model/day.ts';
import type { DeadlyWork } from '../model/engine-message.ts';
import type { Source } from '../sources/port.ts';
import type { PageInHand } from './deadly-pages.ts';
import type { IngestDeps } from './deps.ts';
import type { Fetcher } from './fetcher.ts';

/** What harvests one source, and from when to when. */
export interface HarvesterOptions extends IngestDeps {
  readonly source: Source;
  readonly fetcher: Fetcher;
  /** `from` of the configuration: `30d`, a day, or `all`. */
  readonly from: string;
  /** Last day wanted, exclusive; null = for ever. */
  readonly until: Day | null;
  /** Ends when caught up instead of harvesting for ever. */
  readonly once: boolean;
  /** Wall ms: a tail that was walked before has to be walked again; 0 = it waits for its next poll. */
  readonly startedAt: number;
  readonly owner: string;
  /** Pages of this source on which engines died; none, when left out. */
  readonly deadly?: readonly DeadlyWork[];
  /** Told of the page that is worked on; null = none any more. */
  readonly onInHand?: (page: PageInHand | null) => void;
  /** This machine has no network at all. */
  readonly isOffline?: () => boolean;
  /** Its audits; left out: it has none. */
  readonly audits?: SourceAudits;
  /** It is only audited, and repaired if wanted, and ends with its audit. */
  readonly auditOnly?: { readonly repair: boolean };
}

/** How a run that ends came to its end. */
export interface HarvestEnd {
  /** Nothing is owed but gaps and quarantined records, which are visible. */
  readonly caughtUp: boolean;
}
