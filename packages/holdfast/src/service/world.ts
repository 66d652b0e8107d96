import type { Clock } from '@holdfast/resilience/clock';
import type { Run } from './run.ts';

/** The user a service belongs to, who may be another one than the user who installs it (sudo). */
export interface Account {
  /** `DOMAIN\name` on Windows. */
  readonly name: string;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly home: string;
}

/** The machine as service installation sees it. */
export interface ServiceWorld {
  readonly platform: NodeJS.Platform;
  /** `os.release()`. */
  readonly release: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Number of the user who runs this; undefined on Windows. */
  readonly uid: number | undefined;
  readonly account: Account;
  readonly clock: Clock;
  readonly run: Run;
  /** Whether a path exists; asked for `/run/systemd/system`. */
  readonly exists: (path: string) => boolean;
}

/** Where the product keeps its things for an account. */
export interface ServiceFolders {
  /** The user's configuration folder. */
  readonly config: string;
  /** The user's data folder: copies of the program lie in its `app`. */
  readonly data: string;
  /** Where the record of the installation lies. */
  readonly state: string;
}
