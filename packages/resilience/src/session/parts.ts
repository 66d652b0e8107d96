import { classify } from '../classify/classify.ts';
import { soundVerdict } from '../classify/sound-verdict.ts';
import type { Verdict } from '../classify/verdict.ts';
import type { SessionAdapter } from './adapter.ts';
import type { Closer } from './closer.ts';
import type { Counters } from './counters.ts';
import type { Held } from './held.ts';
import type { LossReport } from './loss.ts';
import type { Input, Mode } from './machine-types.ts';
import type { SessionPlan } from './session-plan.ts';

/** What the parts of one session share. */
export interface Parts<R, S, V> {
  readonly adapter: SessionAdapter<R, S, V>;
  readonly plan: SessionPlan;
  readonly counters: Counters;
  readonly closer: Closer<R>;
  /** Where the session stands. */
  readonly mode: () => Mode;
  /** The published resource, while there is one. */
  readonly current: () => Held<R> | undefined;
  readonly dispatch: (input: Input) => void;
  /** A published resource is lost. */
  readonly lose: (held: Held<R>, report: LossReport) => void;
  /** Whether the peer does one thing at a time and is doing it, so that it must not be asked anything else. */
  readonly busy: () => boolean;
}

/** How the adapter, or else the general table, judges an error. Never throws. */
export function verdictOf<R, S, V>(
  adapter: SessionAdapter<R, S, V>,
  error: unknown,
  resource: R | undefined,
): Verdict {
  return adapterVerdict(adapter, error, resource) ?? soundVerdict(classify(error));
}

/** What the adapter alone says of an error. */
export function adapterVerdict<R, S, V>(
  adapter: SessionAdapter<R, S, V>,
  error: unknown,
  resource: R | undefined,
): Verdict | undefined {
  try {
    const verdict = adapter.classify?.(error, resource);
    return verdict && soundVerdict(verdict);
  } catch (defect) {
    // A classifier that throws must not hide the error that it was asked about.
    process.emitWarning(defect instanceof Error ? defect : new Error(String(defect)));
    return undefined;
  }
}
