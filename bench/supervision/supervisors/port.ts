/** A program under a supervisor. */
export interface Guarded {
  /** What the supervisor says of the program, in its own words. */
  state(): Promise<string>;
  /** The supervisor's own process; null when it cannot be told. */
  pid(): number | null;
  /** Starts a supervisor again after its death, in the way its documentation names. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

/** How a program is to be run. */
export interface Order {
  readonly program: string;
  /** For everything that is written; exists and is empty. */
  readonly folder: string;
  /** Of the program, and of the supervisor. */
  readonly env: NodeJS.ProcessEnv;
}

/** One of the supervisors that are compared. */
export interface Manager {
  readonly name: string;
  /** Why it cannot be run here; null = it can. */
  missing(): string | null;
  start(order: Order): Promise<Guarded>;
}

/** Resident memory beyond which a program is to be started again, bytes. */
export const MEMORY_BOUND = 150_000_000;
/** Silence after which a program counts as hung, ms, for those who listen. */
export const SILENCE_MS = 5_000;
