import { classify } from '@holdfast/resilience';
import { addDays } from '../model/day.ts';
import type { DayRange, Window } from '../model/window.ts';
import type { PageRequest } from '../sources/port.ts';
import { NOTHING_LEARNT, splitInto, type Conclusion } from './conclusion.ts';
import type { LookDeps } from './deps.ts';
import { gapOf } from './gap-of.ts';
import { split, tailWindow } from './windows.ts';
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
export type Narrowed =
  | Conclusion
  /** `before`: a page whose last row is the one before the poisoned one. */
  | { readonly walk: Walk; readonly before: PageRequest | null };

/**
 * Called when the policy has given up on a page. A page that fails while the upstream answers other requests
 * is poison. In an offset list its row is found and passed over. Elsewhere the window is halved by date until a
 * single day is left, whose identifiers are listed instead. What stays unreachable becomes a gap. Null: it is an
 * outage, which is waited for.
 */
export async function narrow(error: unknown, poisoned: Poisoned): Promise<Narrowed | null> {
  if (!mayBePoison(error, poisoned.signal)) return null;

  const { window, deps } = poisoned;
  const why = `a page cannot be had: ${error instanceof Error ? error.message : String(error)}`;
  const passed = await passOver(poisoned, why);
  if (passed !== null) return passed;
  if (!(await answersOtherRequests(poisoned))) return null;
  const halves = split(window, deps.today());
  if (halves !== null) return splitInto({ window, now: deps.clock.now() }, halves, why);
  return listIdentifiers(poisoned, why) ?? asGap(poisoned, why);
}

/**
 * A page that killed the engines which read it: nothing of it, and nothing that may hold its record, is read to find
 * out more. The window is halved by date, down to a day whose identifiers are listed instead; else it becomes a gap.
 */
export function narrowDeadly(poisoned: Poisoned, deaths: number): Conclusion {
  const { window, deps } = poisoned;
  const why = `${String(deaths)} engines died reading a page of it`;
  const halves = split(window, deps.today());
  if (halves !== null) return splitInto({ window, now: deps.clock.now() }, halves, why);
  return listIdentifiers(poisoned, why) ?? asGap(poisoned, why);
}

/** Refused connections and names that do not resolve are outages; a server that answers badly may choke on a record. */
function mayBePoison(error: unknown, signal: AbortSignal): boolean {
  const { category } = classify(error, { signal });
  const code = (error as { code?: unknown } | null)?.code;
  return (category === 'network' || category === 'timeout') && code !== 'ECONNREFUSED';
}

/** An answer to something else since the window began to fail, or to a probe now, tells poison from an outage. */
async function answersOtherRequests(poisoned: Poisoned): Promise<boolean> {
  const { request, deps, signal } = poisoned;
  const since = deps.failingSince(poisoned.window.key);
  if (since !== null && (deps.fetcher.lastAnswerAt ?? 0) > since) return true;
  for (const probe of otherParts(poisoned)) {
    if (probe.url !== request.url && (await answersTo(probe, deps, signal))) return true;
  }
  return false;
}

async function answersTo(probe: PageRequest, deps: LookDeps, signal: AbortSignal): Promise<boolean> {
  try {
    await deps.fetcher.tryOnce(probe, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (classify(error, { signal }).category === 'local') throw error;
    return false;
  }
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
function listIdentifiers(poisoned: Poisoned, why: string): Conclusion | null {
  const { window, deps } = poisoned;
  const ids = deps.source.identifiersLook;
  if (ids === null || window.look >= ids) return null;
  if (window.to === null) {
    // Today's records are listed beside the tail, which stays a gap until its page can be had again.
    const today = {
      ...tailWindow(window, window.from),
      to: addDays(window.from, 1),
      lane: 'repair' as const,
      look: ids,
    };
    return { ...asGap(poisoned, why), spawn: [today] };
  }
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

/**
 * Offset lists: finds the last offset whose page fails by halving, stores the rows before the poisoned one and
 * goes on behind it; the window ends as a gap with everything else of it stored.
 */
async function passOver(poisoned: Poisoned, why: string): Promise<Narrowed | null> {
  const { walk, request, deps } = poisoned;
  const usual = deps.source.usualRows(request);
  if (usual === null || (walk.mode !== 'walking' && walk.mode !== 'begin')) return null;
  let fails = 0;
  let works = usual;
  if (!(await answers(poisoned, works))) return null;
  while (works - fails > 1) {
    const middle = Math.floor((fails + works) / 2);
    if (await answers(poisoned, middle)) works = middle;
    else fails = middle;
  }
  const behind = deps.source.shift(request, works);
  if (behind === null) return null;
  const page = walk.progress.lastFull?.count ?? usual;
  const before = deps.source.shift(request, fails - Math.min(page, usual));
  const progress = { ...walk.progress, skipped: why };
  return { walk: { mode: 'walking', request: behind, progress }, before };
}

async function answers({ request, deps, signal }: Poisoned, rows: number): Promise<boolean> {
  const shifted = deps.source.shift(request, rows);
  return shifted !== null && (await answersTo(shifted, deps, signal));
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
      versions: NOTHING_LEARNT,
      gapSince: null,
      lastAnswer: null,
    },
    why,
    window.look,
  );
}
