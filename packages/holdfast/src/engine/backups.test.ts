import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { BackupReport, LastBackup } from '../backup/index.ts';
import { keepBackedUp } from './backups.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22);

interface Played {
  readonly clock: VirtualClock;
  /** When each was begun, ms since the start. */
  readonly begun: number[];
  readonly told: (string | null)[];
  last: LastBackup | null;
  outcome: 'good' | 'failed' | Error;
  stop(): Promise<void>;
}

function play(every: number | null, lastAt: number | null = null): Played {
  const clock = new VirtualClock({ start: START });
  const ending = new AbortController();
  const good = (at: number): LastBackup => {
    const iso = new Date(at).toISOString();
    return { at: iso, ok: true, file: 'b.db', lastSuccessAt: iso };
  };
  const played: Played = {
    clock,
    begun: [],
    told: [],
    last: lastAt === null ? null : good(lastAt),
    outcome: 'good',
    stop: async () => {
      ending.abort(new Error('over'));
      await clock.advance(1);
      await running;
    },
  };
  const make = async (): Promise<BackupReport> => {
    played.begun.push(clock.now() - START);
    if (played.outcome instanceof Error) throw played.outcome;
    const ok = played.outcome === 'good';
    if (ok) played.last = good(clock.now());
    return {
      ok,
      file: 'b.db',
      removed: [],
      sidecar: { test: { problems: ['p'] } },
    } as unknown as BackupReport;
  };
  const running = keepBackedUp(
    { clock, every, last: () => played.last, make, onResult: (failure) => played.told.push(failure) },
    ending.signal,
  );
  return played;
}

test('without a plan no backup is made, and none that failed before is told of any longer', async () => {
  const played = play(null);
  await played.clock.advance(48 * HOUR);
  expect(played.begun).toEqual([]);
  expect(played.told).toEqual([null]);
  await played.stop();
});

test('a backup is made when the last good one in the folder is too old, also over restarts', async () => {
  const played = play(24 * HOUR, START - 23 * HOUR);
  await played.clock.advance(HOUR - 1);
  expect(played.begun).toEqual([]);
  await played.clock.advance(2 * HOUR);
  expect(played.begun).toHaveLength(1);
  await played.clock.advance(48 * HOUR);
  expect(played.begun).toHaveLength(3);
  await played.stop();
});

test('a failure is told with its cause and tried again at growing distances until one is good', async () => {
  const played = play(24 * HOUR);
  played.outcome = new Error('the disk is full');
  await played.clock.advance(20 * 60_000);
  expect(played.begun).toEqual([1, 2, 4, 8, 16].map((minute) => minute * 60_000));
  expect(new Set(played.told)).toEqual(new Set(['the disk is full']));
  played.outcome = 'failed';
  await played.clock.advance(16 * 60_000);
  expect(played.told.at(-1)).toBe('the copy b.db failed its test: p');
  played.outcome = 'good';
  await played.clock.advance(40 * 60_000);
  expect(played.told.at(-1)).toBeNull();
  await played.stop();
});
