import type { RunEvent } from './supervisor-event.ts';

/**
 * Whether an event is written to the log. Single requests and the polite pauses between them are not: they would
 * make up most of it and say nothing.
 */
export function isLogged(event: RunEvent): boolean {
  return event.kind !== 'request' && !(event.kind === 'wait' && event.wait.why === 'interval');
}
