/** What the parent tells a child first. */
export interface Plan {
  readonly root: string;
  readonly tests: readonly string[];
  /** Instrumented text by path relative to `root`. */
  readonly sources: Readonly<Record<string, string>>;
  readonly seed: number;
  /** Whether each test file gets a worker of its own and tells what it reaches. */
  readonly records: boolean;
}

/** One run of tests, with one mutant or none active. */
export interface RunOrder {
  readonly mutant: number | undefined;
  readonly files: readonly FileOrder[];
  /** After how many ms a test that waits has failed. */
  readonly testTimeoutMs: number;
}

/** A test file, as a whole or some of its tests. */
export interface FileOrder {
  readonly file: string;
  readonly tests: readonly string[] | undefined;
}

/** What a test came to. */
export interface TestResult {
  readonly id: string;
  readonly name: string;
  readonly passed: boolean;
  readonly ms: number;
  /** Mutants that it reached, when that is recorded. */
  readonly reached: readonly number[];
}

/** What a test file came to. */
export interface FileResult {
  readonly file: string;
  /** Its tests that ran. */
  readonly tests: readonly TestResult[];
  /** Mutants that were reached outside of a test: when the file was loaded, and in `beforeAll`. */
  readonly reached: readonly number[];
  /** Time that loading took. */
  readonly ms: number;
}

/** The answer to an order. */
export interface RunResult {
  readonly files: readonly FileResult[];
  /** The first thing that went wrong: `file > test: why`, or an error outside of tests; undefined when all is well. */
  readonly failure: string | undefined;
  /** Whether that was a test that waited too long. */
  readonly timedOut: boolean;
}

/** Sent from the parent. */
export type ToChild =
  { readonly type: 'plan'; readonly plan: Plan } | { readonly type: 'run'; readonly order: RunOrder };

/** Sent to the parent; `ready` follows the plan. */
export type FromChild = { readonly type: 'ready' } | { readonly type: 'result'; readonly result: RunResult };
