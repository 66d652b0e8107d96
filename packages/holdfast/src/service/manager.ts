import type { ManagerKind } from './names.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { Step } from './step.ts';

/** A file that an installation writes. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
}

/** Where a service stands with its manager. */
export interface Standing {
  /** The manager knows the service. */
  readonly loaded: boolean;
  /** It is started by itself. */
  readonly enabled: boolean;
  readonly running: boolean;
  readonly pid: number | null;
}

/** What keeps a service running: its definition as files, and the commands that make the manager take it. */
export interface ServiceManager {
  readonly kind: ManagerKind;
  /** Where the service's definition is; the first of the files. */
  readonly file: string;
  /** Files that the manager itself writes on our behalf. */
  readonly traces: readonly string[];
  /**
   * Whether this machine has the manager, and what to know about it.
   * @throws HoldfastError `ERR_SERVICE_NO_MANAGER`
   */
  check(): Promise<readonly string[]>;
  /** The user for whom lingering has to be enabled; null when it is, or where there is no such thing. */
  lingerFor(): Promise<string | null>;
  /** Whether the user's services run without a session; null where there is no such thing. */
  lingers(): Promise<boolean | null>;
  files(spec: ServiceSpec): Promise<readonly PlannedFile[]>;
  /** Once the files are there. */
  activate(linger: string | null): readonly Step[];
  /** Ends it, or keeps it from being started anew once it ends; it stays installed. */
  readonly halt: readonly Step[];
  /** Starts it again. */
  readonly start: readonly Step[];
  /** While the files are still there. */
  readonly deactivate: readonly Step[];
  /** Once the files are gone; `linger`: the user for whom we had enabled it. */
  forget(linger: string | null): readonly Step[];
  look(): Promise<Standing>;
}
