import type { Day } from '../model/day.ts';

/** The kinds of sources, each the name of a connector. */
export const SOURCE_KINDS = ['arxiv', 'biorxiv', 'medrxiv', 'oai-pmh', 'holdfast'] as const;
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

/** When the machine is kept from falling asleep by itself. */
export interface KeepAwake {
  /** `working`: while something is being caught up. */
  readonly mode: 'off' | 'working' | 'always';
  /** Also while it runs on battery. */
  readonly onBattery: boolean;
}

/** Where alerts go. */
export type AlertChannel =
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** Name of the environment variable that holds the key for signing; null = unsigned. */
      readonly secretEnv: string | null;
    }
  /** The alert comes as JSON on its standard input and in `HOLDFAST_ALERT_*`. */
  | { readonly type: 'command'; readonly command: readonly string[] }
  | { readonly type: 'desktop' }
  | {
      readonly type: 'email';
      readonly to: readonly string[];
      readonly from: string;
      /** `smtp://host:port` or `smtps://…`; user and password come from the environment. */
      readonly smtp: string;
      readonly userEnv: string | null;
      readonly passwordEnv: string | null;
    };

/** Who is told of what. Durations in ms. */
export interface Alerts {
  readonly channels: readonly AlertChannel[];
  /** An upstream's outage, throttle or block is told once it has lasted so long. */
  readonly outageAfter: number;
  /** A disk that will be full in fewer days is told. */
  readonly diskDays: number;
}

/** A URL that is asked as long as all is well; whoever owns it tells when it stays silent. */
export interface Deadman {
  readonly url: string;
  /** ms. */
  readonly every: number;
}

/** How completeness is audited. */
export interface AuditPlan {
  /** A source is audited anew so long after its last audit began, ms; null = only when asked. */
  readonly every: number | null;
  /** Requests that one audit of a source may send in one turn; it goes on in the next one. */
  readonly requests: number;
}

/** When the store is copied. */
export interface BackupPlan {
  /** ms; null = only when asked. */
  readonly every: number | null;
  /** So many copies are kept; the oldest go. */
  readonly keep: number;
  /** Absolute path. */
  readonly folder: string;
}

/** Files that the engine keeps up to date; absolute paths, null = not written. */
export interface Outputs {
  /** Append-only: one line per change, as `export --format jsonl` gives it. */
  readonly jsonl: string | null;
  /** How the harvest stands, as one JSON object. */
  readonly summary: string | null;
}

/** Bounds of the log files. */
export interface LogBounds {
  /** A file is closed and compressed when it has so many bytes or is so old (ms). */
  readonly maxSize: number;
  readonly maxAge: number;
  /** All files together, bytes; the oldest go first. */
  readonly maxTotal: number;
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
  readonly keepAwake: KeepAwake;
  readonly alerts: Alerts;
  readonly deadman: Deadman | null;
  /** An engine whose resident memory stays above so many bytes is ended gracefully and started anew; null = no bound. */
  readonly maxMemory: number | null;
  /** Raw pages are kept so long, ms; null = for ever. */
  readonly rawRetention: number | null;
  readonly logs: LogBounds;
  readonly audit: AuditPlan;
  readonly backup: BackupPlan;
  readonly outputs: Outputs;
  /** Where other installations may follow this one; null = only this machine may. */
  readonly share: { readonly host: string; readonly port: number } | null;
  readonly sources: readonly SourceConfig[];
}
