import { channel } from 'node:diagnostics_channel';

/**
 * Where the path of a page stands: asked for, being read, inside the transaction, durable. Published on the
 * diagnostics channel `holdfast:phase` of the thread that does the step; the last two come from the writer's.
 */
export type Phase = 'fetch' | 'parse' | 'transaction' | 'committed';

const phases = channel('holdfast:phase');

/** Tells whoever traces the engine which step begins, and with which answer; costs nothing when nobody does. */
export function phase(name: Phase, answer?: { readonly url: string; readonly body: Uint8Array }): void {
  if (phases.hasSubscribers) phases.publish({ phase: name, ...answer });
}
