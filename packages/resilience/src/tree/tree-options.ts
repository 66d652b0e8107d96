import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import { parseDuration } from '../clock/duration.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError } from '../errors.ts';
import type { ChildSpec } from './child-spec.ts';
import type { RestartStrategy } from './strategy.ts';
import type { TreeEvent } from './tree-event.ts';

/** What makes a supervisor. */
export interface SupervisorOptions {
  readonly name: string;
  readonly strategy: RestartStrategy;
  /**
   * So many restarts within so long are allowed, all children together; one more ends the supervisor. Nested
   * supervisors multiply: a child under two of them may run (restarts + 1) times (restarts + 1) times.
   */
  readonly intensity: { readonly restarts: number; readonly withinMs: Duration };
  /** Started in this order, stopped in reverse. */
  readonly children: readonly ChildSpec[];
  readonly clock?: Clock;
  /** Told of events as they happen; what it throws becomes a process warning. */
  readonly onEvent?: (event: TreeEvent) => void;
}

/** A child, checked and with defaults. */
export interface PlannedChild extends ChildSpec {
  readonly awaitsReady: boolean;
  readonly shutdownMs: number | 'brutal';
}

/** Options, checked once and with defaults. */
export interface TreePlan {
  readonly name: string;
  readonly strategy: RestartStrategy;
  readonly restarts: number;
  readonly withinMs: number;
  readonly children: readonly PlannedChild[];
  readonly clock: Clock;
  readonly onEvent: ((event: TreeEvent) => void) | undefined;
}

const SHUTDOWN_MS = 5_000;
const STRATEGIES: readonly unknown[] = ['one-for-one', 'one-for-all', 'rest-for-one'];
const KINDS: readonly unknown[] = ['permanent', 'transient', 'temporary'];

/** @throws InvalidOptionError naming the field. */
export function treePlan(options: SupervisorOptions): TreePlan {
  const { name, strategy, intensity } = options;
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError('name', 'must be a text');
  if (!STRATEGIES.includes(strategy)) {
    throw new InvalidOptionError('strategy', `must be one of ${STRATEGIES.join(', ')}`);
  }
  if (!Number.isInteger(intensity.restarts) || intensity.restarts < 0) {
    throw new InvalidOptionError('intensity.restarts', 'must be a whole number >= 0');
  }
  const withinMs = parseDuration(intensity.withinMs, 'intensity.withinMs');
  if (withinMs === 0) throw new InvalidOptionError('intensity.withinMs', 'must be above 0');
  const children = options.children.map(planned);
  const twice = children.find(({ id }, index) => children.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new InvalidOptionError('children', `has the id ${twice.id} twice`);
  return {
    name,
    strategy,
    restarts: intensity.restarts,
    withinMs,
    children,
    clock: options.clock ?? systemClock,
    onEvent: options.onEvent,
  };
}

function planned(child: ChildSpec, index: number): PlannedChild {
  const field = `children[${index}]`;
  if (typeof child.id !== 'string' || child.id === '') {
    throw new InvalidOptionError(`${field}.id`, 'must be a text');
  }
  if (!KINDS.includes(child.kind)) {
    throw new InvalidOptionError(`${field}.kind`, `must be one of ${KINDS.join(', ')}`);
  }
  if (typeof child.start !== 'function') throw new InvalidOptionError(`${field}.start`, 'must be a function');
  const { shutdownMs = SHUTDOWN_MS, awaitsReady = false } = child;
  const endless = shutdownMs === 'brutal' || shutdownMs === Number.POSITIVE_INFINITY;
  const limit = endless ? shutdownMs : parseDuration(shutdownMs, `${field}.shutdownMs`);
  return { ...child, awaitsReady, shutdownMs: limit };
}
