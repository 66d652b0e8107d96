/** An event of `run` or of the log, as far as the drill looks at it. */
export interface DrillEvent {
  readonly kind: string;
  /** Wall ms. */
  readonly at: number;
  readonly source?: string | null;
  /** Which process tells it, or is told of. */
  readonly child?: string;
  /** Of `state`, `gap`, `window`. */
  readonly state?: string;
  readonly reason?: string;
  readonly url?: string;
  readonly pid?: number | null;
  readonly code?: string | number | null;
  readonly signal?: string | null;
  readonly message?: string;
  /** Of a commit. */
  readonly inserted?: number;
  readonly updated?: number;
  readonly unchanged?: number;
  readonly restamped?: number;
  /** Of the end of an engine, and of a cooldown. */
  readonly restartInMs?: number;
  readonly until?: number;
  readonly wait?: {
    readonly why: string;
    readonly reason: string;
    readonly until: number | null;
    readonly attempt: number;
    readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
  };
}

/** The events among what a command printed: JSON lines; a last line that is still being written is left out. */
export function eventsOf(stdout: string): readonly DrillEvent[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const parsed: unknown = JSON.parse(line);
    return isEvent(parsed) ? [parsed] : [];
  });
}

/** From the fault's start to the product's first word about any trouble, ms; null when it said none. */
export function detectAfter(events: readonly DrillEvent[], faultAt: number, source?: string): number | null {
  return firstAfter(events, faultAt, (event) => isOf(event, source) && isTrouble(event));
}

/**
 * From the fault's end to the first commit of something new, or to the end of the first poll that found nothing,
 * ms; null when there was neither. A poll that ends within the outage proves nothing: the state before has to be left first.
 */
export function recoverAfter(
  events: readonly DrillEvent[],
  faultEnd: number,
  source?: string,
): number | null {
  return firstAfter(events, faultEnd, (event) => isOf(event, source) && isProgress(event));
}

/** What a source said last about how it is; null = nothing yet. */
export function lastState(events: readonly DrillEvent[], source: string): string | null {
  const last = events.findLast((event) => event.kind === 'state' && event.source === source);
  return last?.state ?? null;
}

/** Whether an event is a word about trouble: a retry, a wait that is not of the plan, a bad state, a death. */
export function isTrouble({ kind, wait, state }: DrillEvent): boolean {
  switch (kind) {
    case 'wait':
      return wait !== undefined && (wait.error !== null || !PLANNED.has(wait.why));
    case 'state':
      return state !== 'ok' && state !== 'catching-up';
    case 'gap':
      return state === 'open';
    case 'machine':
    case 'retry':
    case 'quarantine':
    case 'set-aside':
    case 'engine-exited':
    case 'engine-hung':
    case 'child-exited':
    case 'child-hung':
    case 'cooling-down':
      return true;
    default:
      return false;
  }
}

const PLANNED: ReadonlySet<string> = new Set(['interval', 'poll', 'confirm']);

/** Something new is in the store, or a source has asked for all there is and says that it is caught up. */
export function isProgress({ kind, inserted = 0, updated = 0, state }: DrillEvent): boolean {
  return (kind === 'commit' && inserted + updated > 0) || (kind === 'state' && state === 'ok');
}

function firstAfter(
  events: readonly DrillEvent[],
  from: number,
  test: (event: DrillEvent) => boolean,
): number | null {
  const first = events.find((event) => event.at >= from && test(event));
  return first === undefined ? null : first.at - from;
}

function isOf(event: DrillEvent, source: string | undefined): boolean {
  return source === undefined || typeof event.source !== 'string' || event.source === source;
}

function isEvent(value: unknown): value is DrillEvent {
  return typeof value === 'object' && value !== null && 'kind' in value && 'at' in value;
}
