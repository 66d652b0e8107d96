import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChildMessage } from '../model/engine-message.ts';
import type { ChildProgram } from './child-process.ts';
import { childStarter } from './start-child.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-start-child-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly exits: readonly (readonly [number | null, string | null])[];
  readonly messages: readonly ChildMessage[];
}

async function run(program: ChildProgram): Promise<Ended> {
  const exits: [number | null, string | null][] = [];
  const messages: ChildMessage[] = [];
  const ended = Promise.withResolvers<void>();
  childStarter(systemClock)(program, {
    onMessage: (message) => messages.push(message),
    onExit: (code, signal) => {
      exits.push([code, signal]);
      ended.resolve();
    },
  });
  expect(exits).toEqual([]);
  await ended.promise;
  return { exits, messages };
}

function program(text: string): ChildProgram {
  const file = join(folder, 'child.cjs');
  writeFileSync(file, text);
  return { file };
}

describe('a child', () => {
  it('that the system refuses to start has ended, and is tried again like any other', async () => {
    // As when memory is short, spawn throws here instead of telling it later.
    expect(await run({ file: join(folder, 'a\0b') })).toEqual({ exits: [[null, null]], messages: [] });
  });

  it.each([
    [undefined, '2'],
    ['8', '8'],
  ])('has few arenas of memory, unless somebody has chosen: %s', async (chosen, given) => {
    vi.stubEnv('MALLOC_ARENA_MAX', chosen);
    const text = `process.send({ type: 'exit', code: 0, summary: process.env.MALLOC_ARENA_MAX });`;
    expect((await run(program(text))).messages).toEqual([{ type: 'exit', code: 0, summary: given }]);
  });

  it('is heard only where it makes sense: another version of it may say what nobody knows', async () => {
    const odd = [
      null,
      7,
      'text',
      [],
      {},
      { type: 7 },
      { type: 'event' },
      { type: 'event', event: { kind: 'wait', at: 1 } },
      { type: 'event', event: { kind: 'gap' } },
      { type: 'heartbeat' },
      { type: 'in-hand', source: 'a' },
      { type: 'exit', code: 'none' },
    ];
    const good = [
      { type: 'heartbeat', progress: 1, rss: 5 },
      { type: 'in-hand', source: 'a', page: null },
      { type: 'in-hand', source: 'a', page: { window: 'w', cursor: 'c' } },
      { type: 'event', event: { kind: 'later', at: 1 } },
      { type: 'exit', code: 0, summary: 's' },
    ];
    const text = `for (const each of ${JSON.stringify([...odd, ...good])}) process.send(each);`;
    expect(await run(program(text))).toEqual({ exits: [[0, null]], messages: good });
  });
});
