import { channel } from 'node:diagnostics_channel';
import { notify } from '../clock/notify.ts';

/** Which part of the library speaks. */
export type Layer = 'policy' | 'tree' | 'session' | 'operation';

/** The name of the `node:diagnostics_channel` on which every event of the library is published. */
export const CHANNEL = 'holdfast:resilience';

/** What goes over the channel: which part speaks, and its event, untyped here since the parts know nothing of each other. */
export interface Published {
  readonly layer: Layer;
  readonly event: object;
}

const all = channel(CHANNEL);

/** Whether anybody would hear an event: without a listener of its own nor a subscriber none is built. */
export function isHeard(listener: unknown): boolean {
  return listener !== undefined || all.hasSubscribers;
}

/** Tells a part's own listener, when it has one, and then the channel. What a listener throws becomes a process warning. */
export function publish<E extends object>(
  layer: Layer,
  event: E,
  listener: ((event: E) => void) | undefined,
): void {
  if (listener !== undefined) notify(listener, event);
  if (all.hasSubscribers) all.publish({ layer, event } satisfies Published);
}

/** Publishes what `build` makes, which is not called when nobody would hear it. For all but the paths of every call. */
export function tell<E extends object>(
  layer: Layer,
  listener: ((event: E) => void) | undefined,
  build: () => E,
): void {
  if (isHeard(listener)) publish(layer, build(), listener);
}
