import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { fileState, memoryState } from '../../state/index.ts';
import type { StateStore } from '../../state/index.ts';
import { sqliteState } from '../../state/sqlite.ts';

/** A kind of store, and what makes a place for one: what that gives opens it again and again, as one process after the other does. */
export type RestartCase = readonly [kind: string, place: () => () => StateStore];

/** Every kind of state store, in a folder that is removed after the tests of the file. */
export function restartCases(): readonly RestartCase[] {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-restart-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let places = 0;
  const nextPath = (end: string): string => join(folder, `${(places += 1)}${end}`);
  return [
    [
      'memory',
      () => {
        const values = new Map<string, string>();
        return () => memoryState(values);
      },
    ],
    [
      'file',
      () => {
        const path = nextPath('');
        return () => fileState(path);
      },
    ],
    [
      'sqlite',
      () => {
        const path = nextPath('.db');
        return () => sqliteState(path);
      },
    ],
  ];
}
