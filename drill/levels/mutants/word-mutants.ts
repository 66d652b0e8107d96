import { ENGINE, type Mutant } from './mutant.ts';

/** Mistakes of who tells how things stand, and of who stands by. */
export const wordMutants: readonly Mutant[] = [
  {
    name: 'every end is a good end',
    promise: 'The exit code says that work is left.',
    edits: [
      {
        file: ENGINE,
        find: 'code: stats.isDamaged ? 5 : outage.length > 0 ? 69 : open > 0 ? 4 : 0,',
        replace: 'code: 0,',
      },
    ],
    caughtBy: 'outage of 500',
  },
  {
    name: 'all is well',
    promise: 'The status tells the truth while an upstream cannot be had.',
    edits: [
      {
        file: 'status/source-status.js',
        find: '...attempts(stored), ...live };',
        replace: "...attempts(stored), ...live, state: 'ok', reason: 'caught up' };",
      },
    ],
    caughtBy: 'blocked by 406',
  },
  {
    name: 'incidents never opened',
    promise: 'What goes wrong is one incident, with its start and its end.',
    edits: [
      { file: ENGINE, find: 'await this.#options.store.putIncidents(changed);', replace: 'await changed;' },
    ],
    caughtBy: 'outage of 500',
  },
  {
    name: 'incidents never closed',
    promise: 'An incident ends when its cause does.',
    edits: [
      {
        file: ENGINE,
        find: 'const over = withAction({ ...incident, recoveredAt: at,',
        replace: 'const over = withAction({ ...incident,',
      },
    ],
    caughtBy: 'outage of 500',
  },
  {
    name: 'export without its last line',
    promise: 'The export has every paper.',
    edits: [
      {
        file: 'cli/export/sinks.js',
        find: 'write: (piece) => (piece.length === 0 ? nothing() : write(out, piece)),',
        replace:
          "write: (piece) => (piece.length === 0 ? nothing() : write(out, String(piece).replace(/[^\\n]*\\n$/, ''))),",
      },
    ],
    caughtBy: 'duplicate-page',
  },
  {
    name: 'export twice',
    promise: 'The export has every paper once.',
    edits: [
      {
        file: 'cli/export/sinks.js',
        find: 'write: (piece) => (piece.length === 0 ? nothing() : write(out, piece)),',
        replace:
          'write: (piece) => (piece.length === 0 ? nothing() : write(out, String(piece) + String(piece))),',
      },
    ],
    caughtBy: 'duplicate-page',
  },
  {
    name: 'gaps not shown',
    promise: 'The list of gaps shows every gap.',
    edits: [{ file: 'cli/gaps.js', find: 'reader.gaps(', replace: '((async () => []))(' }],
    caughtBy: 'poison-page',
  },
];
