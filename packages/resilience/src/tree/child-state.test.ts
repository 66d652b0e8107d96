import { expect, test } from 'vitest';
import { nextChildState } from './child-state.ts';
import type { ChildEvent, ChildState } from './child-state.ts';

const error = new Error('x');
const failed = { ok: false, error } as const;
const states: Record<ChildState['type'], ChildState> = {
  waiting: { type: 'waiting' },
  starting: { type: 'starting', run: 2 },
  running: { type: 'running', run: 2 },
  exited: { type: 'exited', run: 2, exit: failed },
  stopping: { type: 'stopping', run: 2 },
  finished: { type: 'finished' },
  failed: { type: 'failed', error },
  stopped: { type: 'stopped' },
  abandoned: { type: 'abandoned' },
};

/** Event -> from -> to; everything else changes nothing. */
const table: readonly [ChildEvent, Partial<Record<ChildState['type'], ChildState>>][] = [
  [{ type: 'start', run: 2, awaitsReady: true }, { waiting: states.starting }],
  [{ type: 'start', run: 2, awaitsReady: false }, { waiting: states.running }],
  [{ type: 'ready', run: 2 }, { starting: states.running }],
  [{ type: 'ready', run: 1 }, {}],
  [
    { type: 'exit', run: 2, exit: failed },
    { starting: states.exited, running: states.exited },
  ],
  [{ type: 'exit', run: 1, exit: failed }, {}],
  [
    { type: 'stop' },
    {
      waiting: states.stopped,
      starting: states.stopping,
      running: states.stopping,
      exited: states.failed,
    },
  ],
  [{ type: 'stopped', abandoned: false }, { stopping: states.stopped }],
  [{ type: 'stopped', abandoned: true }, { stopping: states.abandoned }],
  [
    { type: 'plan' },
    {
      exited: states.waiting,
      finished: states.waiting,
      failed: states.waiting,
      stopped: states.waiting,
      abandoned: states.waiting,
    },
  ],
];

test.each(table)('%j leads where the table says, from every state', (event, moves) => {
  for (const [name, from] of Object.entries(states) as [ChildState['type'], ChildState][]) {
    expect(nextChildState(from, event), name).toEqual(moves[name] ?? from);
  }
});

test('one that ended well is finished once that was seen', () => {
  expect(nextChildState({ type: 'exited', run: 1, exit: { ok: true } }, { type: 'stop' })).toEqual(
    states.finished,
  );
});
