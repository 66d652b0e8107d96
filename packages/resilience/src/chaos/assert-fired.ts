import { InvalidOptionError, ResilienceError } from '../errors.ts';
import type { ChaosPolicy } from '../policy/pipeline/chaos-policy.ts';
import type { CombinedChaos } from './chaos.ts';
import type { CountedChaos } from './injector.ts';

/** A planned fault that did not happen, or not often enough. */
export interface NotFired {
  readonly name: string;
  readonly calls: number;
  readonly injected: number;
  readonly planned: number;
}

/** Faults were planned and did not happen, so what the test saw says nothing about them. */
export class ChaosNotFiredError extends ResilienceError {
  readonly faults: readonly NotFired[];

  constructor(faults: readonly NotFired[]) {
    super(`Planned faults did not fire: ${faults.map(summary).join('; ')}.`, {
      code: 'ERR_CHAOS_NOT_FIRED',
      hint: 'The result of this test is unknown: make it call often enough, or correct rate, times, when or enabled.',
    });
    this.faults = faults;
  }
}

/**
 * Throws unless every planned fault has happened: each of a schedule such as `"@2x3"`, else at least one. Call it at
 * the end of each test with faults: one that did not fire makes a test unknown, not passed.
 * @throws ChaosNotFiredError (`ERR_CHAOS_NOT_FIRED`) naming the faults.
 * @throws InvalidOptionError for a policy that does not count.
 */
export function assertFired(policy: ChaosPolicy): void {
  const missing = partsOf(policy).filter(({ injected, planned }) => injected < planned);
  if (missing.length > 0) {
    throw new ChaosNotFiredError(
      missing.map(({ name, calls, injected, planned }) => ({ name, calls, injected, planned })),
    );
  }
}

function partsOf(policy: ChaosPolicy): CountedChaos[] {
  if ('parts' in policy) return (policy as CombinedChaos).parts.flatMap(partsOf);
  if ('planned' in policy) return [policy as CountedChaos];
  throw new InvalidOptionError('assertFired.policy', `does not count its faults: ${policy.name}`);
}

function summary({ name, calls, injected, planned }: NotFired): string {
  return `${name} (${planned} planned, ${injected} fired, ${calls} calls)`;
}
