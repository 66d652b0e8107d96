import type { RunEvent } from '../../daemon/supervisor-event.ts';

/** Whether the event tells that a source waits for our own network. */
export function isOffline(event: RunEvent): boolean {
  return event.kind === 'wait' && event.wait.why === 'offline';
}

/**
 * Remembers what a person has been told: a restarted engine gives its notices again, being offline lasts, and a
 * sleep may be announced more than once.
 */
export class ToldOnce {
  readonly #told = new Set<string>();

  /** False for a notice, a lack of the network or a sleep to come that was told before; true for every other event. */
  isNew(event: RunEvent): boolean {
    const key = keyOf(event);
    if (key === null) {
      if (event.kind === 'machine' && event.change === 'woke') this.#told.delete(FALLING_ASLEEP);
      return true;
    }
    const isNew = !this.#told.has(key);
    this.#told.add(key);
    return isNew;
  }
}

const FALLING_ASLEEP = 'falling-asleep';

/** What may be told once only; null for everything else. */
function keyOf(event: RunEvent): string | null {
  if (event.kind === 'notice') return `${event.code} ${event.message}`;
  if (event.kind === 'machine') return event.change === FALLING_ASLEEP ? FALLING_ASLEEP : null;
  return isOffline(event) ? 'offline' : null;
}
