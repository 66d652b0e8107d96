/** How a check came out: fine, worth a look, broken; or it could not be made here. */
export type Level = 'ok' | 'warn' | 'bad' | 'skipped';

/** A repair that takes nothing away that anybody could miss. */
export interface SafeFix {
  /** What was done, in the past tense. */
  readonly done: string;
  readonly apply: () => Promise<void> | void;
}

/** One line of `doctor`. */
export interface Finding {
  /** Stable name of the check. */
  readonly check: string;
  readonly level: Level;
  /** A sentence for a person. */
  readonly message: string;
  /** The command or setting that repairs it. */
  readonly repair?: string;
  readonly fix?: SafeFix;
}

/** Nothing to do. */
export function fine(check: string, message: string): Finding {
  return { check, level: 'ok', message };
}

/** Worth a look. */
export function doubtful(check: string, message: string, repair: string): Finding {
  return { check, level: 'warn', message, repair };
}

/** Broken. */
export function broken(check: string, message: string, repair: string): Finding {
  return { check, level: 'bad', message, repair };
}

/** Not looked at. */
export function skipped(check: string, message: string): Finding {
  return { check, level: 'skipped', message };
}
