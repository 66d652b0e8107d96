import { classify } from '@holdfast/resilience';
import { addDays } from '../model/day.ts';
import type { DayRange, Window } from '../model/window.ts';
import type { PageRequest } from '../sources/port.ts';
import { gapOf, split, splitInto, type Conclusion } from './conclude.ts';
import type { LookDeps } from './look.ts';
import type { Walk, WalkContext } from './walk.ts';

/** A page that could not be had although its upstream answers other requests. */
export interface Poisoned {
  readonly window: Window;
  readonly walk: Walk;
  readonly request: PageRequest;
  readonly deps: LookDeps;
  readonly context: WalkContext;
  readonly signal: AbortSignal;
}

/** Smaller windows or a gap in the window's place, or the same window going on behind the page. */
export type Narrowed = Conclusion | { readonly walk: Walk };

/**
 * Called when the policy has given up on a page. A page that fails while the upstream answers other requests
 * is poison: the window is halved by date until a single day is left, then its identifiers are listed instead,
 * then (offset lists) the page is passed over; what stays unreachable becomes a gap. Null: it is an outage,
 * which is waited for.
 */
export async function narrow(error: unknown, poisoned: Poisoned): Promise<Narrowed | null> {
  if (!mayBePoison(error, poisoned.signal)) return null;
  if (!(await answersOtherRequests(poisoned))) return null;
  const { window, deps } = poisoned;
  const why = `a page cannot be had: ${error instanceof Error ? error.message : String(error)}`;
  const halves = split(window, deps.today());
  if (halves !== null) return splitInto({ window, now: deps.clock.now() }, halves, why);
  return listIdentifiers(poisoned, why) ?? passOver(poisoned, why) ?? asGap(poisoned, why);
}

/** Refused connections and names that do not resolve are outages; a server that answers badly may choke on a record. */
function mayBePoison(error: unknown, signal: AbortSignal): boolean {
  const { category } = classify(error, { signal });
  const code = (error as { code?: unknown } | null)?.code;
  return (category === 'network' || category === 'timeout') && code !== 'ECONNREFUSED';
}

/** Requests for other parts of the same list: the first answer tells poison from an outage. */
async function answersOtherRequests(poisoned: Poisoned): Promise<boolean> {
  const { request, deps, signal } = poisoned;
  for (const probe of otherParts(poisoned)) {
    if (probe.url === request.url) continue;
    try {
      await deps.fetcher.tryOnce(probe, signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (classify(error, { signal }).category === 'local') throw error;
    }
  }
  return false;
}

/** One poisoned record lies in at most one of two halves; a neighbouring week answers for several. */
function otherParts({ window, request, deps, context }: Poisoned): readonly PageRequest[] {
  const { stream, look } = window;
  const first = (range: DayRange): PageRequest => deps.source.first(stream, range, look, context.today);
  const halves = (split(window, context.today) ?? []).toReversed();
  const before = { from: addDays(window.from, -7), to: window.from };
  return [...(request.continues ? [first(context.range)] : []), ...halves.map(first), first(before)];
}

/** The identifiers of the day tell what it holds; each is then asked for alone, and the poison is left over. */
function listIdentifiers({ window, deps }: Poisoned, why: string): Conclusion | null {
  const ids = deps.source.identifiersLook;
  if (ids === null || window.look >= ids) return null;
  return {
    next: {
      cursor: '',
      look: ids,
      state: 'OPEN',
      nextAt: null,
      reason: `${why}; its identifiers are listed instead`,
    },
  };
}

/** Goes on behind the page of an offset list; the window ends as a gap, with everything else of it stored. */
function passOver({ walk, request, deps }: Poisoned, why: string): Narrowed | null {
  const behind = deps.source.skip(request);
  if (behind === null || walk.mode === 'finished' || walk.mode === 'stuck') return null;
  return { walk: { mode: 'walking', request: behind, progress: { ...walk.progress, skipped: why } } };
}

function asGap({ window, walk, deps, context }: Poisoned, why: string): Conclusion {
  const stream = deps.source.streams.find(({ name }) => name === window.stream);
  if (stream === undefined) throw new TypeError(`source ${window.source} has no stream ${window.stream}`);
  return gapOf(
    {
      window,
      walk: { mode: 'stuck', why, narrow: false, progress: walk.progress },
      stream,
      poll: deps.source.poll,
      now: deps.clock.now(),
      serverDay: context.today,
      foundMissing: false,
      gapSince: null,
      lastAnswer: null,
    },
    why,
    window.look,
  );
}
