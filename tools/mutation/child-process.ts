import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromChild, Plan, RunOrder, RunResult, ToChild } from './child/protocol.ts';

/** How much of what a child printed is kept, in case it ends. */
const KEPT_CHARACTERS = 4_000;

/** A child that runs tests; an order that takes too long ends it. */
export class TestChild {
  static readonly #all = new Set<ChildProcess>();
  readonly #process: ChildProcess;
  #printed = '';
  #answered = Promise.withResolvers<FromChild>();

  private constructor(process: ChildProcess) {
    this.#process = process;
    const keep = (chunk: Buffer): void => {
      this.#printed = `${this.#printed}${chunk.toString()}`.slice(-KEPT_CHARACTERS);
    };
    process.stdout?.on('data', keep);
    process.stderr?.on('data', keep);
    process.on('message', (message: FromChild) => this.#answered.resolve(message));
    process.on('exit', (code, signal) => {
      TestChild.#all.delete(process);
      this.#answered.reject(new Error(`the tests' process ended (${signal ?? code}):\n${this.#printed}`));
    });
    // Without an order nobody listens.
    this.#answered.promise.catch(() => undefined);
  }

  /** Starts a child and gives it the plan. */
  static async start(plan: Plan): Promise<TestChild> {
    const process = fork(join(import.meta.dirname, 'child', 'main.ts'), {
      silent: true,
      execArgv: [],
      serialization: 'advanced',
    });
    TestChild.#all.add(process);
    const child = new TestChild(process);
    await child.#ask({ type: 'plan', plan });
    return child;
  }

  /** Ends all children at once; for Ctrl-C and the end. */
  static killAll(): void {
    for (const process of TestChild.#all) process.kill('SIGKILL');
  }

  /** Runs the tests of an order; undefined when that took longer than `limitMs`, after which the child is gone. */
  async run(order: RunOrder, limitMs: number): Promise<RunResult | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const answer = await Promise.race([this.#ask({ type: 'run', order }), limit]);
    clearTimeout(timer);
    if (answer === undefined) await this.end();
    return answer?.type === 'result' ? answer.result : undefined;
  }

  /** Ends it. */
  async end(): Promise<void> {
    if (!TestChild.#all.has(this.#process)) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  #ask(message: ToChild): Promise<FromChild> {
    if (TestChild.#all.has(this.#process)) this.#answered = Promise.withResolvers<FromChild>();
    this.#answered.promise.catch(() => undefined);
    this.#process.send(message);
    return this.#answered.promise;
  }
}
