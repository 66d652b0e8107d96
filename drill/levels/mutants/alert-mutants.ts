import type { Mutant } from './mutant.ts';

const COURIER = 'follow/alerts/courier.js';

/** Mistakes of who tells people that something is wrong. */
export const alertMutants: readonly Mutant[] = [
  {
    name: 'alerts never sent',
    promise: 'Whoever is to be told of an outage is told.',
    edits: [{ file: COURIER, find: 'await send(channel, oldest, signal);', replace: '' }],
    caughtBy: 'alert receiver refuses',
  },
  {
    name: 'alerts sent twice',
    promise: 'One cause is one message, and its end another one.',
    edits: [
      {
        file: COURIER,
        find: 'await send(channel, oldest, signal);',
        replace: 'await send(channel, oldest, signal); await send(channel, oldest, signal);',
      },
    ],
    caughtBy: 'alert receiver refuses',
  },
  {
    name: 'refused alerts given up',
    promise: 'A message that was not accepted comes again.',
    edits: [
      {
        file: COURIER,
        find: 'this.#refused.times < REFUSALS || other === undefined || signal.aborted) throw error;',
        replace: 'this.#refused.times < REFUSALS || other === undefined || signal.aborted) return oldest;',
      },
    ],
    caughtBy: 'alert receiver refuses',
  },
  {
    name: 'pings of a dead engine',
    promise: "The dead man's ping stops when the engine does nothing any more.",
    edits: [
      {
        file: 'follow/deadman/unwell.js',
        find: "if (!engineAnswers) return 'The engine does not answer.';",
        replace: 'if (supervisor !== undefined) return null;',
      },
    ],
    caughtBy: "dead man's ping stops",
  },
];
