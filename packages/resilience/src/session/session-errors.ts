import type { HumanRequest } from './needs-human-error.ts';

interface Owner {
  readonly session: object;
  /** Whether the work may be repeated with a new lease. */
  readonly repeat: boolean;
}

/** Which session has judged an error already, so that it is judged once and by nobody else. */
const OWNERS = new WeakMap<object, Owner>();
const DEEPEST_CAUSE = 5;

/** Marks an error as judged by a session. Returns the error. */
export function judged<E>(error: E, owner: Owner): E {
  if (isObject(error)) OWNERS.set(error, owner);
  return error;
}

/** Who has judged an error, or one of its causes. */
export function ownerOf(error: unknown): Owner | undefined {
  let candidate = error;
  for (let depth = 0; depth <= DEEPEST_CAUSE && isObject(candidate); depth += 1) {
    const owner = OWNERS.get(candidate);
    if (owner !== undefined) return owner;
    candidate = candidate instanceof Error ? candidate.cause : undefined;
  }
  return undefined;
}

/** What a person is asked for by a NeedsHumanError, also by one of another copy of the package. */
export function humanRequestOf(error: unknown): HumanRequest | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, request } = error as { readonly code?: unknown; readonly request?: HumanRequest };
  return code === 'ERR_NEEDS_HUMAN' ? request : undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
