import type { PolicyEvent } from '../policy/events.ts';

/** Events as they came. */
export interface EventRecord<E extends { readonly type: string }> {
  /** For the `onEvent` of a policy, a tree, a session or an operation. */
  readonly onEvent: (event: E) => void;
  /** Oldest first. */
  readonly events: readonly E[];
  /** The types alone, oldest first. */
  readonly types: readonly E['type'][];
  /** Those of one type. */
  of<K extends E['type']>(type: K): Extract<E, { readonly type: K }>[];
}

/**
 * Collects events: `const record = recordEvents(); resilient('x', { onEvent: record.onEvent })`, then
 * `record.types` or `record.of('retry')`. Of other parts: `recordEvents<SessionEvent>()`.
 */
export function recordEvents<E extends { readonly type: string } = PolicyEvent>(): EventRecord<E> {
  const events: E[] = [];
  return {
    onEvent: (event) => void events.push(event),
    events,
    get types() {
      return events.map(({ type }) => type);
    },
    of: <K extends E['type']>(type: K) =>
      events.filter((event): event is Extract<E, { readonly type: K }> => event.type === type),
  };
}
