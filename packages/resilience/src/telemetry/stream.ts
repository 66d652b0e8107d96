import { subscribe as subscribeTo, unsubscribe } from 'node:diagnostics_channel';
import { notify } from '../clock/notify.ts';
import { CHANNEL } from '../events/publish.ts';
import type { Layer } from '../events/publish.ts';
import type { ResilienceEvent } from './resilience-event.ts';

const LAYERS: readonly unknown[] = ['policy', 'tree', 'session', 'operation'] satisfies Layer[];

/**
 * Hears every event of every policy, breaker, supervisor, session and operation of this process, as it happens and in
 * the context of whoever caused it. Returns what ends that. What the listener throws becomes a process warning.
 */
export function subscribe(listener: (event: ResilienceEvent) => void): () => void {
  const hear = (message: unknown): void => {
    if (isEvent(message)) notify(listener, message);
  };
  subscribeTo(CHANNEL, hear);
  return () => void unsubscribe(CHANNEL, hear);
}

/** A channel is found by its name, so that anybody can write to it. */
function isEvent(message: unknown): message is ResilienceEvent {
  if (typeof message !== 'object' || message === null) return false;
  const { layer, event } = message as { readonly layer?: unknown; readonly event?: unknown };
  if (typeof event !== 'object' || event === null || !LAYERS.includes(layer)) return false;
  return typeof (event as { readonly type?: unknown }).type === 'string';
}
