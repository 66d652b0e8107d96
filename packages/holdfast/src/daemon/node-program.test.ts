import { expect, test } from 'vitest';
import { nodeProgram } from './node-program.ts';

const REAL = '/opt/homebrew/Cellar/node/26.1.0/bin/node';
const LINK = '/opt/homebrew/bin/node';

test.each([
  ['its own file is there', LINK, [REAL, LINK], REAL],
  ['an upgrade has deleted it, and the link leads to the next one', LINK, [LINK], LINK],
  ['neither is there', LINK, [], REAL],
  ['it was started by a name alone, which may mean anything', 'node', ['node'], REAL],
])('a supervisor starts its children with the right Node when %s', (_, argv0, there, expected) => {
  expect(nodeProgram({ execPath: REAL, argv0, exists: (path) => there.includes(path) })).toBe(expected);
});
