import { join, relative } from 'node:path';
import { createVitest } from 'vitest/node';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { instrumented } from './plugin.ts';
import type { FileResult, Plan, RunOrder, RunResult, TestResult } from './protocol.ts';

const CONDITIONS = ['@holdfast/source'];

/** Runs tests on the instrumented sources, one order after the other, each in a fresh worker. */
export class TestRuns {
  readonly #plan: Plan;
  readonly #vitest: Vitest;
  readonly #listener: Listener;

  private constructor(plan: Plan, vitest: Vitest, listener: Listener) {
    this.#plan = plan;
    this.#vitest = vitest;
    this.#listener = listener;
  }

  /** Starts vitest without any configuration but ours. */
  static async open(plan: Plan): Promise<TestRuns> {
    const listener = new Listener(plan.root);
    const vitest = await createVitest(
      'test',
      {
        config: false,
        root: plan.root,
        watch: false,
        // It goes by the text on the disk, and by the name of a plugin only.
        fsModuleCache: false,
        pool: 'threads',
        isolate: plan.records,
        maxWorkers: 1,
        fileParallelism: false,
        bail: plan.records ? 0 : 1,
        include: [...plan.tests],
        setupFiles: [join(import.meta.dirname, 'setup.ts')],
        sequence: { sequencer: AsOrdered },
        reporters: [listener],
        // A snapshot that a mutant changes must fail, and never be written.
        update: false,
        onConsoleLog: () => false,
      },
      {
        logLevel: 'silent',
        plugins: [instrumented(plan)],
        resolve: { conditions: CONDITIONS },
        ssr: { resolve: { conditions: [...CONDITIONS, 'node', 'module', 'default'] } },
        server: { watch: null },
      },
    );
    return new TestRuns(plan, vitest, listener);
  }

  /** Runs the tests of an order, in its order, until one fails (all of them when recording). */
  async run({ mutant, files, testTimeoutMs }: RunOrder): Promise<RunResult> {
    const project = this.#vitest.getRootProject();
    project.config.testTimeout = testTimeoutMs;
    this.#vitest.provide('mutation', { mutant, records: this.#plan.records });
    const specifications = files.map(({ file, tests }) =>
      project.createSpecification(
        join(this.#plan.root, file),
        tests === undefined ? undefined : { testIds: [...tests] },
      ),
    );
    await this.#vitest.runTestSpecifications(specifications, false);
    return this.#listener.result();
  }
}

/** Keeps the order of the files. */
class AsOrdered {
  sort<T>(files: T[]): T[] {
    return files;
  }

  shard<T>(files: T[]): T[] {
    return files;
  }
}

/** Remembers what the last run came to. */
class Listener implements Reporter {
  readonly #root: string;
  #modules: readonly TestModule[] = [];
  #errors: readonly unknown[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.#modules = modules;
    this.#errors = errors;
  }

  result(): RunResult {
    const failed = this.#modules.flatMap((module) =>
      [...module.children.allTests()].filter((test) => test.result().state === 'failed'),
    );
    const broken = this.#modules.filter((module) => module.errors().length > 0);
    const [first] = [
      ...failed.map((test) => `${this.#pathOf(test.module)} > ${test.fullName}: ${whyOf(test)}`),
      ...broken.map((module) => `${this.#pathOf(module)}: ${messageOf(module.errors()[0])}`),
      ...this.#errors.map((error) => `outside of tests: ${messageOf(error)}`),
    ];
    return {
      files: this.#modules.map((module) => this.#fileResult(module)),
      failure: first,
      timedOut: failed.some((test) => test.result().errors?.some(isTimeout)),
    };
  }

  #fileResult(module: TestModule): FileResult {
    const { collectDuration, environmentSetupDuration, prepareDuration } = module.diagnostic();
    return {
      file: this.#pathOf(module),
      tests: [...module.children.allTests()].filter(ran).map(testResult),
      reached: reachedIn(module.meta()),
      ms: collectDuration + environmentSetupDuration + prepareDuration,
    };
  }

  #pathOf(module: TestModule): string {
    return relative(this.#root, module.moduleId).replaceAll('\\', '/');
  }
}

function testResult(test: TestCase): TestResult {
  return {
    id: test.id,
    name: test.fullName,
    passed: test.result().state === 'passed',
    ms: test.diagnostic()?.duration ?? 0,
    reached: reachedIn(test.meta()),
  };
}

function ran(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'passed' || state === 'failed';
}

function reachedIn(meta: object): readonly number[] {
  return (meta as { readonly reached?: readonly number[] }).reached ?? [];
}

function whyOf(test: TestCase): string {
  return messageOf(test.result().errors?.[0]).split('\n', 1).join('');
}

function messageOf(error: unknown): string {
  return (error as { readonly message?: string } | undefined)?.message ?? String(error);
}

function isTimeout(error: { readonly message: string }): boolean {
  return /^(Test|Hook) timed out in /.test(error.message);
}
