import type { Day } from '../model/day.ts';

/** The kinds of sources, each the name of a connector. */
export const SOURCE_KINDS = ['arxiv', 'biorxiv', 'medrxiv', 'oai-pmh'] as const;
/** One of them. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** How long one request may take, in ms. */
export interface Timeouts {
  readonly connect: number;
  readonly firstByte: number;
  readonly idle: number;
}

/** A configured upstream. Durations are in ms; what is left out, the connector of its kind decides. */
export interface SourceConfig {
  readonly id: string;
  readonly kind: SourceKind;
  /** The OAI endpoint, or the API root of bioRxiv and medRxiv. */
  readonly baseUrl?: string;
  /** `30d`, a day or `all`. */
  readonly from: string;
  /** Poll plan. */
  readonly every?: number;
  readonly minIntervalMs?: number;
  readonly overlapDays?: number;
  readonly timeouts: Timeouts;
  /** Wait after a throttle that names no time. */
  readonly cooldown?: number;
  readonly enabled: boolean;
  /** Freshness target. */
  readonly expect?: number;
  readonly metadataPrefix?: string;
  readonly set?: string;
  /** The first day that is not harvested any more. */
  readonly until?: Day;
}

/** The configuration in effect: complete, checked, with absolute paths. */
export interface Config {
  readonly dataDir: string;
  /** Machine-wide folder of the politeness gate's memory. */
  readonly stateDir: string;
  /** The operator's address, sent to upstreams; null when none is configured. */
  readonly contact: string | null;
  /** `sqlite:` and an absolute path. */
  readonly store: string;
  /** Bytes; null = no bound. */
  readonly maxDisk: number | null;
  readonly dashboard: { readonly host: string; readonly port: number };
  /** A heartbeat older than this many ms means that the engine hangs. */
  readonly watchdog: number;
  readonly sources: readonly SourceConfig[];
}
