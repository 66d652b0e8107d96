import type { Category, Verdict } from '../../classify/verdict.ts';
import { constant } from '../backoff/backoff.ts';
import type { RetryBudget } from '../budget/retry-budget.ts';
import type { PolicyOptions, RetryRule } from '../pipeline/options.ts';
import { setup, watch } from './policy-setup.ts';
import type { Setup } from './policy-setup.ts';

/** Two retries, a second later each. */
export const RULE: RetryRule = { attempts: 2, backoff: constant('1s') };

/** A verdict of this category after which a retry is safe. */
export function verdict(category: Category, more: Partial<Verdict> = {}): Verdict {
  return { category, scope: 'call', safeToReplay: 'yes', evidence: 'event', ...more };
}

/** An error that is judged so. */
export function failed(judged: Verdict): Error {
  return Object.assign(new Error(judged.category), { verdict: judged });
}

/** A budget that notes what it is asked and told. */
export function spyBudget(answers: Partial<RetryBudget> = {}): { budget: RetryBudget; told: unknown[] } {
  const told: unknown[] = [];
  const budget: RetryBudget = {
    kind: 'aws',
    whenEmpty: 'stop',
    take: (category) => (told.push(['take', category]), true),
    waitMs: () => 0,
    record: (outcome, category) => void told.push([outcome, category]),
    ...answers,
  };
  return { budget, told };
}

/** A run and the monotonic times at which its function was called. */
export interface FailingRun extends Setup {
  readonly run: ReturnType<typeof watch<string>>;
  readonly starts: number[];
}

/**
 * Runs, with the key `k`, a function that fails with these, one a call, the last again and again; it succeeds where
 * there is none.
 */
export function failures(options: PolicyOptions, errors: readonly (Verdict | undefined)[]): FailingRun {
  const it = setup(options);
  let calls = 0;
  const starts: number[] = [];
  const run = watch(
    it.policy.run(
      async () => {
        const judged = errors[Math.min(calls, errors.length - 1)];
        calls += 1;
        starts.push(it.clock.monotonic());
        if (judged === undefined) return 'ok';
        throw failed(judged);
      },
      { key: 'k' },
    ),
  );
  return { ...it, run, starts };
}
