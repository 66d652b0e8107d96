import { isVerdict } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** How deep a chain of causes is followed. */
const DEEPEST_CAUSE = 5;

/** How many errors are looked at in all, so that a huge AggregateError costs a bounded time. */
const MOST_ERRORS = 100;

/** The error, then what caused it (five deep) and the members of an AggregateError, breadth first, each once. */
export function* withCauses(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>();
  let level: unknown[] = [error];
  for (let depth = 0; depth <= DEEPEST_CAUSE && level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const candidate of level.flatMap(carried)) {
      if (seen.has(candidate) || seen.size >= MOST_ERRORS) continue;
      seen.add(candidate);
      yield candidate;
      next.push(...causesOf(candidate));
    }
    level = next;
  }
}

/** An `ErrorEvent`, as WebSockets send it, is asked after the error that it carries. */
function carried(candidate: unknown): unknown[] {
  const error = property(candidate, 'type') === 'error' ? property(candidate, 'error') : undefined;
  return error === undefined || error === null ? [candidate] : [error, candidate];
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  const cause = property(error, 'cause');
  if (cause !== undefined && cause !== null) causes.push(cause);
  const members = property(error, 'errors');
  try {
    if (Array.isArray(members)) causes.push(...(members.slice(0, MOST_ERRORS) as unknown[]));
  } catch {
    // A hostile array: its members are out of reach, the rest of the chain is not.
  }
  return causes;
}

/** A property of anything; getters that throw count as absent. */
export function property(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

/** The code of an error. A numeric one is DOMException's, not an errno, and counts as absent. */
export function codeOf(error: unknown): string | undefined {
  const code = property(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** The verdict that an error brings along. */
export function ownVerdict(error: unknown): Verdict | undefined {
  const own = property(error, 'verdict');
  try {
    return isVerdict(own) ? own : undefined;
  } catch {
    // A hostile getter inside: not a verdict.
    return undefined;
  }
}
