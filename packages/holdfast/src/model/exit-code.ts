/** The exit codes of the command line (DESIGN, "The contract with the outside"). */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notRunning: 3,
  degraded: 4,
  integrity: 5,
  outage: 69,
  locked: 75,
  configuration: 78,
  interrupted: 130,
} as const;

/** One of them. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Highest first. Usage and unexpected errors end a command before it can have a second result. */
const PRECEDENCE: readonly number[] = [130, 78, 75, 5, 3, 69, 4, 0];

/** The code that is told when several hold at once; 0 for none. A code without a rank wins over all. */
export function combineExitCodes(codes: readonly number[]): number {
  const unranked = codes.find((code) => !PRECEDENCE.includes(code));
  return unranked ?? PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.ok;
}

/** What is set up wrongly, or cannot be read by this version: nothing of it gets better by trying again. */
const CONFIGURATION: ReadonlySet<string> = new Set(['ERR_CONTACT', 'ERR_STORE_NEWER']);

/** The exit code that an error's stable code stands for: one way for every command, and for what the engine tells. */
export function exitCodeOf(errorCode: string): ExitCode {
  if (errorCode.startsWith('ERR_CONFIG') || CONFIGURATION.has(errorCode)) return EXIT.configuration;
  if (errorCode.startsWith('ERR_USAGE')) return EXIT.usage;
  if (errorCode === 'ERR_STORE_LOCKED' || errorCode === 'ERR_BACKUP_BUSY') return EXIT.locked;
  if (errorCode === 'ERR_STORE_CORRUPT' || errorCode === 'ERR_BACKUP_DAMAGED') return EXIT.integrity;
  return EXIT.unexpected;
}
