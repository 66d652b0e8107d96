import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import { shownCommand } from './escape.ts';
import type { Answer, Run } from './run.ts';

/** A command and its arguments. */
export type Argv = readonly [string, ...string[]];

/** One command of a plan. */
export type Step =
  | { readonly type: 'run'; readonly argv: Argv }
  /** Its failure is nothing to worry about, such as ending what does not run; `why` is told to people. */
  | { readonly type: 'try'; readonly argv: Argv; readonly why: string }
  /** Asked again and again until it fails, since what it asks for takes a moment to go. */
  | { readonly type: 'until-gone'; readonly argv: Argv }
  /** Tried again, after `before`, as long as it fails with an answer like this. */
  | {
      readonly type: 'retry';
      readonly argv: Argv;
      readonly failsWith: RegExp;
      readonly before: readonly Step[];
    };

/** What steps need. */
export interface StepTools {
  readonly run: Run;
  readonly clock: Clock;
}

/** Pause between two questions whether something is gone, ms, and how many are asked: 45 s of grace and some more. */
const POLL = { pause: 250, times: 240 };
/** How often a step of the type `retry` is tried, and the pause between, ms. */
const RETRY = { pause: 1000, times: 5 };

/**
 * Runs the steps one after the other.
 * @throws HoldfastError `ERR_SERVICE_STEP` when one fails; those after it have not been run
 */
export async function runSteps(steps: readonly Step[], tools: StepTools): Promise<void> {
  for (const step of steps) await runStep(step, tools);
}

/** Runs all steps, whatever becomes of them, and returns the sentences of those that failed. */
export async function trySteps(steps: readonly Step[], tools: StepTools): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const step of steps) {
    try {
      await runStep(step, tools);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  return failures;
}

/** The steps as lines for people. */
export function shownSteps(steps: readonly Step[]): readonly string[] {
  return steps.map((step) => `${shownCommand(step.argv)}${remark(step)}`);
}

async function runStep(step: Step, tools: StepTools): Promise<void> {
  const { run, clock } = tools;
  const answer = await run(step.argv);
  switch (step.type) {
    case 'run':
      if (answer.code !== 0) throw stepError(step.argv, answer);
      return;
    case 'try':
      return;
    case 'until-gone':
      for (let asked = 1, last = answer; last.code === 0; asked += 1) {
        if (asked === POLL.times) throw stepError(step.argv, { ...last, err: 'it is still there' });
        await clock.sleep(POLL.pause);
        last = await run(step.argv);
      }
      return;
    case 'retry':
      for (let tried = 1, last = answer; last.code !== 0; tried += 1) {
        if (tried === RETRY.times || !step.failsWith.test(last.out + last.err))
          throw stepError(step.argv, last);
        await clock.sleep(RETRY.pause);
        await runSteps(step.before, tools);
        last = await run(step.argv);
      }
  }
}

function remark(step: Step): string {
  if (step.type === 'try') return `   # ${step.why}`;
  if (step.type === 'until-gone') return '   # until it is gone';
  return '';
}

function stepError(argv: Argv, { code, out, err }: Answer): HoldfastError {
  const said = (err.trim() || out.trim()).split('\n').slice(-3).join(' ').slice(0, 500);
  const how = code === null ? 'did not end' : `ended with ${code}`;
  return new HoldfastError(
    'ERR_SERVICE_STEP',
    `\`${shownCommand(argv)}\` ${how}${said === '' ? '' : `: ${said}`}`,
    { hint: 'Run that command by hand to see more.' },
  );
}
