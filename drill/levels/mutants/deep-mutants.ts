import { WRITER, type Mutant } from './mutant.ts';

/** Mistakes that only lost power brings to light. */
export const deepMutants: readonly Mutant[] = [
  {
    name: 'commits not synced',
    promise: 'What was acknowledged is on the disk, also when the power goes.',
    edits: [
      {
        file: WRITER,
        find: 'const PRAGMAS = { synchronous: 2,',
        replace: 'const PRAGMAS = { synchronous: 0,',
      },
    ],
    caughtBy: 'power cuts',
  },
];
