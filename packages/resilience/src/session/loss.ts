/** How it was learnt that a resource is gone. */
export type LossCause =
  'process-exit' | 'disconnected' | 'crash' | 'closed' | 'probe-failed' | 'probe-timeout' | 'reported';

/** What a driver pushes, or an error shows, when a resource or a view is gone. */
export interface LossReport {
  readonly cause: LossCause;
  /** A sentence for a person, such as the end of the browser's stderr. */
  readonly detail?: string;
  readonly exitCode?: number;
  /** The signal that ended the process. */
  readonly exitSignal?: string;
  readonly error?: unknown;
}

/** A loss in words, such as `process-exit (SIGKILL), The browser has ended`: a part of a sentence. */
export function describeLoss({ cause, detail, exitCode, exitSignal }: LossReport): string {
  const how = exitSignal ?? (exitCode === undefined ? undefined : `exit code ${String(exitCode)}`);
  const told = detail === undefined ? '' : `, ${briefly(detail)}`;
  return `${cause}${how === undefined ? '' : ` (${how})`}${told}`;
}

/** What an error says, as a part of a sentence: its first line without the full stop. Drivers append their logs. */
export function briefly(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n', 1)[0] ?? '').trim().replace(/\.$/, '');
}

/** One loss, counted once per generation however many signals announced it. */
export interface Loss extends LossReport {
  readonly generation: number;
  /** Wall time in ms since the epoch. */
  readonly at: number;
  /** Time since the generation was published, in ms. */
  readonly ageMs: number;
  /** Leases that the generation had served. */
  readonly uses: number;
  /** Resident memory at the last look, in bytes. */
  readonly rssBytes?: number;
}
