/** Told when a signal aborts. */
export interface Abortable {
  /** Called at most once. Must not throw. */
  onAborted(): void;
}

/**
 * All who wait for one signal, behind a single listener of it. To add a listener costs Node a look at all that are there,
 * so ten thousand runs under one signal, such as that of a shutdown, would take seconds to begin.
 */
class AbortRelay {
  readonly #signal: AbortSignal;
  readonly #members = new Set<Abortable>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(member: Abortable): void {
    if (this.#members.size === 0) this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#members.add(member);
  }

  remove(member: Abortable): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    for (const member of this.#members) {
      this.#members.delete(member);
      member.onAborted();
    }
  };
}

const RELAYS = new WeakMap<AbortSignal, AbortRelay>();

/** Tells the member when the signal aborts, until `unlisten`. Of a signal that has aborted it tells nothing. */
export function listen(signal: AbortSignal, member: Abortable): void {
  let relay = RELAYS.get(signal);
  if (relay === undefined) {
    relay = new AbortRelay(signal);
    RELAYS.set(signal, relay);
  }
  relay.add(member);
}

/** Ends `listen`. With its last member the relay leaves the signal. */
export function unlisten(signal: AbortSignal, member: Abortable): void {
  RELAYS.get(signal)?.remove(member);
}
