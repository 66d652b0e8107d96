import type { RunEvent } from '../../daemon/supervisor-event.ts';

/** Whether the event tells that a source waits for our own network. */
export function isOffline(event: RunEvent): boolean {
  return event.kind === 'wait' && event.wait.why === 'offline';
}

/** Remembers what a person has been told: a restarted engine gives its notices again, and being offline lasts. */
export class ToldOnce {
  readonly #told = new Set<string>();

  /** False for a notice, or a lack of the network, that was told before; true for every other event. */
  isNew(event: RunEvent): boolean {
    const key =
      event.kind === 'notice' ? `${event.code} ${event.message}` : isOffline(event) ? 'offline' : null;
    if (key === null) return true;
    const isNew = !this.#told.has(key);
    this.#told.add(key);
    return isNew;
  }
}
