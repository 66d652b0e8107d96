import { TestChild } from './child-process.ts';
import type { FileOrder, Plan, RunOrder, RunResult } from './child/protocol.ts';
import type { FileMutants, Mutant } from './find-mutants.ts';
import { instrument } from './instrument.ts';
import { Recording } from './selection.ts';
import type { Selection } from './selection.ts';

/** What became of a mutant. `uncovered`: no test reaches it. */
export type Outcome = 'killed' | 'timeout' | 'survived' | 'uncovered';

/** A mutant that was tried. */
export interface Tried {
  readonly mutant: Mutant;
  readonly outcome: Outcome;
  /** The test that noticed it, or the error. */
  readonly by: string | undefined;
  /** What it cost. */
  readonly ms: number;
}

/** What is tried, and on what. */
export interface Trial {
  readonly root: string;
  /** Test files relative to `root`. */
  readonly tests: readonly string[];
  /** All mutants of the files that are instrumented. */
  readonly files: readonly FileMutants[];
  /** Those to be tried. */
  readonly mutants: readonly Mutant[];
  /** How many children run at a time. */
  readonly jobs: number;
  /** Seed of fast-check. */
  readonly seed: number;
  /** After how many ms at least a mutant counts as endless; it is more where the tests themselves take long. */
  readonly limitMs: number;
  readonly onPhase: (what: string) => void;
  readonly onTried: (tried: Tried, done: number) => void;
}

const RECORDING_LIMIT_MS = 600_000;
/** What a unit test may take anyhow, without a mutant. */
const UNIT_TEST_MS = 30_000;
const SHORTEST_TEST_MS = 2_000;
/** How many times as long as before a test may take with a mutant. */
const PATIENCE = 5;

/**
 * Tries each mutant on the tests that reach it.
 * @throws Error when the tests fail, or reach nothing, without any mutant.
 */
export async function tryMutants(trial: Trial): Promise<readonly Tried[]> {
  const plan: Plan = {
    root: trial.root,
    tests: trial.tests,
    sources: Object.fromEntries(trial.files.map((file) => [file.file, instrument(file)])),
    seed: trial.seed,
    records: true,
  };
  trial.onPhase(`${trial.tests.length} test files without any mutant`);
  const recording = await record(plan);
  const waiting = trial.mutants.map((mutant) => ({ mutant, selection: recording.of(mutant) }));
  const together = union(waiting.map(({ selection }) => selection));
  trial.onPhase(`${trial.mutants.length} mutants, ${together.length} of the test files reach them`);
  const tried: Tried[] = [];
  const worker = async (): Promise<void> => {
    const lane = new Lane({ ...plan, records: false }, together, trial.limitMs);
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const begun = performance.now();
        const outcome = await lane.tryOut(next.mutant, next.selection);
        const last: Tried = { mutant: next.mutant, ...outcome, ms: Math.round(performance.now() - begun) };
        tried.push(last);
        trial.onTried(last, tried.length);
      }
    } finally {
      await lane.end();
    }
  };
  await Promise.all(Array.from({ length: trial.jobs }, worker));
  return tried.toSorted((a, b) => a.mutant.id - b.mutant.id);
}

async function record(plan: Plan): Promise<Recording> {
  const child = await TestChild.start(plan);
  try {
    const result = await child.run(allOf(plan), RECORDING_LIMIT_MS);
    assertGreen(result, 'each test file by itself');
    if (result?.files.every(({ tests }) => tests.length === 0)) throw new Error('no test ran');
    return new Recording(result?.files ?? []);
  } finally {
    await child.end();
  }
}

/**
 * One child at a time that tries mutants. Modes: without a child -> with a child; back when a mutant hung. The first
 * child has to pass all tests in one worker, as they run from then on, before it sees a mutant.
 */
class Lane {
  readonly #plan: Plan;
  readonly #together: readonly FileOrder[];
  readonly #limitMs: number;
  #child: TestChild | undefined;
  #isProven = false;

  constructor(plan: Plan, together: readonly FileOrder[], limitMs: number) {
    this.#plan = plan;
    this.#together = together;
    this.#limitMs = limitMs;
  }

  async tryOut(mutant: Mutant, { files, ms, slowestMs }: Selection): Promise<Pick<Tried, 'outcome' | 'by'>> {
    if (files.length === 0) return { outcome: 'uncovered', by: undefined };
    const child = (this.#child ??= await this.#start());
    const testTimeoutMs = Math.ceil(Math.max(SHORTEST_TEST_MS, PATIENCE * slowestMs));
    const order: RunOrder = { mutant: mutant.id, files, testTimeoutMs };
    // A test that waits too long ends by itself; the limit is for a loop that never does.
    const result = await child.run(order, Math.max(this.#limitMs, PATIENCE * ms));
    if (result === undefined) {
      this.#child = undefined;
      return { outcome: 'timeout', by: 'endless' };
    }
    if (result.failure === undefined) return { outcome: 'survived', by: undefined };
    return { outcome: result.timedOut ? 'timeout' : 'killed', by: result.failure };
  }

  async end(): Promise<void> {
    await this.#child?.end();
  }

  async #start(): Promise<TestChild> {
    const child = await TestChild.start(this.#plan);
    if (!this.#isProven) {
      const order = { ...allOf(this.#plan), files: this.#together };
      assertGreen(await child.run(order, RECORDING_LIMIT_MS), 'all test files in one worker');
      this.#isProven = true;
    }
    return child;
  }
}

function allOf({ tests }: Plan): RunOrder {
  return {
    mutant: undefined,
    files: tests.map((file) => ({ file, tests: undefined })),
    testTimeoutMs: UNIT_TEST_MS,
  };
}

function assertGreen(result: RunResult | undefined, how: string): void {
  if (result === undefined) throw new Error(`without any mutant the tests did not end (${how})`);
  if (result.failure !== undefined) throw new Error(`fails without any mutant (${how}): ${result.failure}`);
}

/** Each file once, with all of the tests that one of the mutants needs. */
function union(selections: readonly Selection[]): readonly FileOrder[] {
  const tests = new Map<string, Set<string> | undefined>();
  for (const { file, tests: some } of selections.flatMap(({ files }) => files)) {
    const known = tests.has(file) ? tests.get(file) : new Set<string>();
    tests.set(file, some === undefined ? undefined : known && new Set([...known, ...some]));
  }
  return [...tests].map(([file, some]) => ({ file, tests: some && [...some] }));
}
