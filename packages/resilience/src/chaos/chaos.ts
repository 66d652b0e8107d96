import type { ChaosPolicy } from '../policy/pipeline/chaos-policy.ts';
import type { CountedChaos } from './injector.ts';

/** Several chaos policies in one. */
export interface CombinedChaos extends ChaosPolicy {
  /** Outermost first. */
  readonly parts: readonly ChaosPolicy[];
  /** Faults of all parts that took effect. */
  readonly injected: number;
}

/**
 * One policy of several, outermost first: a call that an outer one ends is not seen by the inner ones. Without any it
 * lets everything pass.
 */
export function chaos(...parts: readonly ChaosPolicy[]): CombinedChaos {
  return {
    name: parts.map(({ name }) => name).join(' > '),
    parts,
    get injected() {
      return parts.reduce((sum, part) => sum + (counted(part)?.injected ?? 0), 0);
    },
    inject: (fn) => parts.reduceRight((inner, part) => part.inject(inner), fn),
  };
}

/** The policy's counters, when it has some. */
export function counted(policy: ChaosPolicy): Pick<CountedChaos, 'injected'> | undefined {
  return 'injected' in policy ? (policy as ChaosPolicy & Pick<CountedChaos, 'injected'>) : undefined;
}
