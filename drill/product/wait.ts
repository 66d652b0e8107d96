import { setTimeout as sleep } from 'node:timers/promises';
import { ProductFailure } from './product-failure.ts';

/** How long anything may take that has to come, on a slow and loaded machine, ms. */
export const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

type Look<T> = () => Maybe<T> | Promise<Maybe<T>>;
type Maybe<T> = T | undefined | null | false;

/** How something is waited for. */
export interface Waiting {
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly withinMs?: number;
  /** How long it waits before it looks again, ms. */
  readonly everyMs?: number;
  /** What was seen last, for the message when it does not come. */
  readonly seen?: () => string;
}

/** Waits until something is there. @throws the signal's reason, or a ProductFailure that names what did not come */
export async function waitFor<T>(what: string, look: Look<T>, waiting: Waiting): Promise<T> {
  const found = await comes(look, waiting);
  if (found !== null) return found;
  const { withinMs = PATIENCE_MS, seen } = waiting;
  const last = seen === undefined ? '' : `; seen last: ${seen()}`;
  throw new ProductFailure(`waited ${String(withinMs / 1000)} s in vain for ${what}${last}`);
}

/** As `waitFor`, for what may fail to come: null when it did not in time. @throws the signal's reason */
export async function comes<T>(
  look: Look<T>,
  { signal, withinMs = PATIENCE_MS, everyMs = LOOK_MS }: Waiting,
): Promise<T | null> {
  const latest = performance.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > latest) return null;
    // What ends the sleep early is told above, with its reason.
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
