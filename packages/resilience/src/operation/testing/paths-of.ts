import type { OperationEvent } from '../operation-event.ts';

/** What was done to which path, in order. */
export const pathsOf = (events: readonly OperationEvent[]): readonly string[] =>
  events.flatMap((event) =>
    'path' in event ? [`${event.type} ${event.path} ${'how' in event ? event.how : ''}`] : [],
  );
