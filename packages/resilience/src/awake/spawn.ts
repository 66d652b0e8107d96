/** A program and its arguments; no shell takes part. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** What to call it when it fails; default the program. */
  readonly name?: string;
  /** Set besides the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The code of the error with which it could not be started, such as `ENOENT`; null when it ran. */
  readonly failedWith: string | null;
  /** The last 2000 characters that it wrote to standard error. */
  readonly stderr: string;
}

/** What a child tells. Never called before `spawn` has returned. */
export interface ChildEvents {
  /** A line of its standard output, without the line end. */
  onLine(line: string): void;
  /** Exactly once, after its last line. */
  onExit(exit: ChildExit): void;
}

/** A running child. After its exit every call is harmless. */
export interface Child {
  readonly pid: number | undefined;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Ends its standard input, which is how our children are told to go. */
  end(): void;
  /** Ends it by force, with everything that it has started. */
  kill(): void;
  /** Whether this process stays alive for the child's sake; at first it does. */
  keepsAlive(yes: boolean): void;
}

/**
 * Starts a child whose standard input is a pipe of ours: when we die, however, the child reads its end.
 * It never throws: a child that cannot be started exits with `failedWith`.
 */
export type Spawn = (command: Command, events: ChildEvents) => Child;

/** The exit code with which a shell says that there is no such program. */
const NO_SUCH_PROGRAM = 127;

/** Whether the program is not on this machine. */
export function isAbsent(exit: ChildExit): boolean {
  return exit.failedWith === 'ENOENT' || exit.code === NO_SUCH_PROGRAM;
}

/** How a child ended, for a person. */
export function describeExit(command: Command, exit: ChildExit): string {
  const program = command.name ?? command.program;
  if (isAbsent(exit)) return `${program} is not on this machine`;
  if (exit.failedWith !== null) return `${program} cannot be started (${exit.failedWith})`;
  const said = exit.stderr.trim().split('\n').at(-1) ?? '';
  const how = exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
  return said === '' ? `${program} ${how}` : `${program} ${how}: ${said}`;
}
