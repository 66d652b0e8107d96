import fc from 'fast-check';
import type { VirtualClock } from '../../clock/index.ts';
import { nested, supervise } from '../index.ts';
import type { ChildContext, ChildSpec, Supervisor, SupervisorOptions, TreeEvent } from '../index.ts';
import { SHUTDOWN_MS } from './reference.ts';
import type { Drawn, DrawnLeaf, DrawnSupervisor, Manner } from './reference.ts';

/** One run of a leaf. */
export interface LeafRun {
  readonly leaf: string;
  readonly signal: AbortSignal;
  readonly end: (ok: boolean) => void;
  readonly ready: () => void;
  alive: boolean;
}

/** A tree that stands, with everything that its leaves lived through. */
export interface Standing {
  readonly supervisor: Supervisor;
  /** Lines of each supervisor, by its name. */
  readonly log: Map<string, string[]>;
  readonly events: { readonly at: number; readonly event: TreeEvent }[];
  readonly runs: LeafRun[];
  /** The latest run of a leaf, if it lives. */
  readonly live: (leaf: string) => LeafRun | undefined;
}

const kinds = fc.constantFrom('permanent', 'transient', 'temporary');
const manner: fc.Arbitrary<Manner> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: 'prompt' as const }) },
  fc.record({ type: fc.constant('slow' as const), ms: fc.integer({ min: 1, max: SHUTDOWN_MS - 1 }) }),
  fc.constantFrom({ type: 'deaf' as const }, { type: 'brutal' as const }),
);
const leaf: fc.Arbitrary<DrawnLeaf> = fc.record({
  type: fc.constant('leaf' as const),
  kind: kinds,
  manner,
  awaitsReady: fc.boolean(),
});

/** Any tree of so many levels of supervisors. */
export function drawnTree(depth: number): fc.Arbitrary<DrawnSupervisor> {
  const child: fc.Arbitrary<Drawn> =
    depth <= 1 ? leaf : fc.oneof({ weight: 2, arbitrary: leaf }, drawnTree(depth - 1));
  return fc.record({
    type: fc.constant('supervisor' as const),
    kind: kinds,
    strategy: fc.constantFrom('one-for-one', 'one-for-all', 'rest-for-one'),
    restarts: fc.integer({ min: 0, max: 3 }),
    withinMs: fc.integer({ min: 1, max: 400_000 }),
    awaitsReady: fc.boolean(),
    children: fc.array(child, { minLength: 1, maxLength: 4 }),
  });
}

/** Builds the supervisors of a drawn tree. `onRun` hears of each run of a leaf when it begins; the default is ready at once. */
export function stand(
  top: DrawnSupervisor,
  clock: VirtualClock,
  onRun: (run: LeafRun) => void = (run) => run.ready(),
): Standing {
  const log = new Map<string, string[]>();
  const events: Standing['events'] = [];
  const runs: LeafRun[] = [];
  const optionsOf = (drawn: DrawnSupervisor, id: string): SupervisorOptions => ({
    name: id,
    strategy: drawn.strategy,
    intensity: { restarts: drawn.restarts, withinMs: drawn.withinMs },
    children: drawn.children.map((child, index) => specOf(child, `${id}.${index}`)),
    clock,
    onEvent: (event) => {
      events.push({ at: clock.monotonic(), event });
      log.set(id, [...(log.get(id) ?? []), lineOf(event)]);
    },
  });
  const specOf = (drawn: Drawn, id: string): ChildSpec => {
    const { kind, awaitsReady } = drawn;
    if (drawn.type === 'supervisor') {
      return { id, kind, awaitsReady, shutdownMs: Infinity, start: nested(optionsOf(drawn, id)) };
    }
    const start = (context: ChildContext): Promise<void> =>
      live(id, drawn.manner, context, clock, (run) => {
        runs.push(run);
        onRun(run);
      });
    return {
      id,
      kind,
      awaitsReady,
      shutdownMs: drawn.manner.type === 'brutal' ? 'brutal' : SHUTDOWN_MS,
      start,
    };
  };
  const supervisor = supervise(optionsOf(top, 'r'));
  const latest = (id: string): LeafRun | undefined => {
    const last = runs.findLast((run) => run.leaf === id);
    return last?.alive === true ? last : undefined;
  };
  return { supervisor, log, events, runs, live: latest };
}

/** What a leaf does; a deaf or brutal one lives on for ever after its signal. */
async function live(
  id: string,
  how: Manner,
  { signal, ready }: ChildContext,
  clock: VirtualClock,
  onRun: (run: LeafRun) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (ok: boolean): void => (ok ? resolve() : reject(new Error(`${id} crashed`)));
  const run: LeafRun = { leaf: id, signal, end, ready, alive: true };
  signal.addEventListener('abort', () => {
    if (how.type === 'prompt') reject(signal.reason);
    if (how.type === 'slow') clock.timer(how.ms, () => reject(signal.reason));
  });
  onRun(run);
  try {
    await promise;
  } finally {
    run.alive = false;
  }
}

function lineOf(event: TreeEvent): string {
  if (event.type === 'give-up') return 'give-up';
  if (event.type === 'restart') return `restart ${event.group.join('+')}`;
  return `${event.type} ${event.child} ${event.run}`;
}
