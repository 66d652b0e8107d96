import { VirtualClock } from '../../clock/index.ts';
import { supervise } from '../index.ts';
import type {
  ChildContext,
  ChildKind,
  ChildSpec,
  Supervisor,
  SupervisorOptions,
  TreeEvent,
} from '../index.ts';

/** A child that does what a test tells it. */
export interface Actor {
  readonly spec: ChildSpec;
  readonly contexts: ChildContext[];
  /** How many of its runs have not settled. */
  readonly alive: () => number;
  readonly crash: (error?: unknown) => void;
  readonly finish: () => void;
}

/** How an actor differs from one that obeys its signal at once. */
export interface ActorOptions extends Partial<ChildSpec> {
  /** Ignores its signal. */
  readonly deaf?: boolean;
}

/** A child whose latest run a test can end; it obeys its signal unless it is deaf. */
export function actor(id: string, kind: ChildKind, options: ActorOptions = {}): Actor {
  const { deaf = false, ...more } = options;
  const contexts: ChildContext[] = [];
  const runs: PromiseWithResolvers<void>[] = [];
  let alive = 0;
  const start = async (context: ChildContext): Promise<void> => {
    const run = Promise.withResolvers<void>();
    contexts.push(context);
    runs.push(run);
    alive += 1;
    if (!deaf) context.signal.addEventListener('abort', () => run.reject(context.signal.reason));
    try {
      await run.promise;
    } finally {
      alive -= 1;
    }
  };
  return {
    spec: { id, kind, start, ...more },
    contexts,
    alive: () => alive,
    crash: (error = new Error(`${id} crashed`)) => runs.at(-1)?.reject(error),
    finish: () => runs.at(-1)?.resolve(),
  };
}

/** A started supervisor over actors, on a virtual clock, with what it told. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly supervisor: Supervisor;
  readonly events: TreeEvent[];
  /** Short text of the events since the last call, such as `started a 1`. */
  readonly log: () => string[];
  /** Lets everything happen that is due now. */
  readonly settle: () => Promise<void>;
}

/** Builds a supervisor; start it yourself. */
export function stage(
  actors: readonly Actor[],
  options: Partial<SupervisorOptions> = {},
  clock = new VirtualClock(),
): Stage {
  const events: TreeEvent[] = [];
  let told = 0;
  const supervisor = supervise({
    name: 'top',
    strategy: 'one-for-one',
    intensity: { restarts: 3, withinMs: '5s' },
    children: actors.map(({ spec }) => spec),
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const log = (): string[] => {
    const fresh = events.slice(told);
    told = events.length;
    return fresh.map(lineOf);
  };
  return { clock, supervisor, events, log, settle: () => clock.advance(0) };
}

function lineOf(event: TreeEvent): string {
  if (event.type === 'give-up') return 'give-up';
  if (event.type === 'restart') return `restart ${event.group.join('+')}`;
  return `${event.type} ${event.child} ${event.run}`;
}
