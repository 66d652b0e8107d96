import type { Config, SourceConfig } from '../../config/index.ts';
import type { Registered } from '../../daemon/registry.ts';
import type { Run, ServiceStanding } from '../../service/index.ts';
import type { FoundStatus } from '../../status/read-status.ts';
import type { Io } from '../io.ts';
import type { Finding } from './finding.ts';
import type { Probed } from './probe-source.ts';

/** Room and kind of a file system. */
export interface FileSystemSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What a quick look at the store's file found. */
export type QuickCheck =
  | { readonly state: 'absent' }
  | { readonly state: 'too-large' }
  | { readonly state: 'unreadable'; readonly message: string; readonly hint: string }
  | { readonly state: 'checked'; readonly problems: readonly string[] };

/** The machine as the checks see it; everything real is passed in. */
export interface DoctorWorld {
  readonly io: Io;
  readonly config: Config;
  /** No request leaves the machine. */
  readonly offline: boolean;
  readonly node: { readonly version: string; readonly needed: string; readonly path: string };
  /** Never throws; a command that does not end in time has no code. */
  readonly run: Run;
  /** Null when it cannot be read. */
  readonly readText: (path: string) => string | null;
  /** Names in a folder; none when there is no such folder. */
  readonly list: (path: string) => readonly string[];
  readonly exists: (path: string) => boolean;
  readonly space: (folder: string) => FileSystemSpace;
  /** Median of durable writes of 4 KB in a folder, ms. */
  readonly durableWriteMs: (folder: string) => Promise<number>;
  readonly status: FoundStatus;
  /** Supervisors of this user that run now. */
  readonly running: readonly Registered[];
  /** Null where there is nothing that starts services. */
  readonly service: () => Promise<ServiceStanding | null>;
  /** `free`, or the code of the error. */
  readonly tryPort: (host: string, port: number) => Promise<string>;
  /** Owner and mode of a folder; null when there is none. */
  readonly folderMode: (path: string) => { readonly uid: number; readonly mode: number } | null;
  readonly closeFolder: (path: string) => void;
  readonly remove: (path: string) => void;
  /** All log files together. */
  readonly logBytes: () => number;
  /** Brings the closed log files within their bound. */
  readonly trimLogs: () => void;
  readonly quickCheck: () => Promise<QuickCheck>;
  /** Whether anybody listens on a socket. */
  readonly listens: (path: string) => Promise<boolean>;
  /** Rejects when the name is unknown. */
  readonly lookup: (host: string) => Promise<unknown>;
  /** One request through the gate of the source's service. */
  readonly probe: (source: SourceConfig) => Promise<Probed>;
}

/** Looks at one thing. */
export type Check = (world: DoctorWorld) => Promise<readonly Finding[]> | readonly Finding[];
