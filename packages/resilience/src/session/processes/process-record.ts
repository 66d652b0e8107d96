import type { ProcessIdentity } from '../../process/process-identity.ts';

/** What an adapter started, or is about to start. */
export interface StartedProcess {
  /** Such as `chromium` or `chromedriver`. */
  readonly kind: string;
  /** Left out while it is not known yet: record before the start, `update` after it. */
  readonly process?: ProcessIdentity;
  /** A folder that was made for this process alone; deleted with it. Absolute. */
  readonly profile?: string;
  /**
   * `NAME=value` as only this process and its children have it in their environment. Finds what was started by an
   * owner that died before it learnt the process; Linux alone shows environments. The argument
   * `--user-data-dir=PROFILE` finds it too.
   */
  readonly mark?: string;
}

/** A process as it stands on disk. */
export interface ProcessRecord extends StartedProcess {
  readonly id: string;
  /** The process that recorded it. */
  readonly owner: ProcessIdentity;
}
