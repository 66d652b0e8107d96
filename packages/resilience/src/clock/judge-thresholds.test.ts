import { describe, expect, test } from 'vitest';
import { judgeTick } from './index.ts';
import type { Readings, TimeEvent } from './index.ts';

/** A tick of 1,000 ms that begins at round figures, so that sums are exact. */
const BEFORE: Readings = { wall: 1_000_000, monotonic: 64, boot: 128, cpuMs: 256 };
const TICK_MS = 1_000;

function judged(
  platform: string,
  { wall, monotonic, boot, cpuMs }: { wall: number; monotonic: number; boot: number; cpuMs?: number },
): readonly TimeEvent[] {
  const after: Readings = {
    wall: BEFORE.wall + wall,
    monotonic: BEFORE.monotonic + monotonic,
    boot: BEFORE.boot + boot,
    cpuMs: BEFORE.cpuMs + (cpuMs ?? 0),
  };
  return judgeTick(BEFORE, after, TICK_MS, platform);
}

describe('the smallest thing that is told', () => {
  test('is 500 ms of sleep on Linux', () => {
    const slept = (ms: number): readonly TimeEvent[] =>
      judged('linux', { wall: 1_000 + ms, monotonic: 1_000, boot: 1_000 + ms });
    expect(slept(500)).toEqual([{ type: 'suspend', lostMs: 500, at: 1_001_500 }]);
    // Less is no sleep; the wall clock has moved nevertheless.
    expect(slept(499)).toEqual([{ type: 'step', deltaMs: 499, at: 1_001_499 }]);
    expect(slept(-500)).toEqual([{ type: 'step', deltaMs: -500, at: 1_000_500 }]);
    for (const other of ['darwin', 'win32']) {
      expect(judged(other, { wall: 1_000, monotonic: 1_000, boot: 1_500 })).toEqual([]);
    }
  });

  test('is a tick that is 1 s late', () => {
    const late = (ms: number): readonly TimeEvent[] =>
      judged('linux', { wall: 1_000 + ms, monotonic: 1_000 + ms, boot: 1_000 + ms });
    expect(late(1_000)).toEqual([{ type: 'pause', lostMs: 1_000, at: 1_002_000 }]);
    expect(late(999)).toEqual([]);
  });

  test('of work is a fifth of the whole time of a late tick', () => {
    const busy = (cpuMs: number): readonly TimeEvent[] =>
      judged('linux', { wall: 5_000, monotonic: 5_000, boot: 5_000, cpuMs });
    expect(busy(1_000)).toEqual([{ type: 'block', lostMs: 4_000, at: 1_005_000 }]);
    expect(busy(999)).toEqual([{ type: 'pause', lostMs: 4_000, at: 1_005_000 }]);
  });

  test.each(['darwin', 'win32'])('is taken for sleep on %s when it is an idle gap of 30 s', (platform) => {
    const gap = (ms: number, cpuMs = 0): readonly TimeEvent[] =>
      judged(platform, { wall: 1_000 + ms, monotonic: 1_000 + ms, boot: 0, cpuMs });
    expect(gap(30_000)).toEqual([{ type: 'suspend', lostMs: 30_000, at: 1_031_000 }]);
    expect(gap(29_999)).toEqual([{ type: 'pause', lostMs: 29_999, at: 1_030_999 }]);
    expect(gap(30_000, 31_000)).toEqual([{ type: 'block', lostMs: 30_000, at: 1_031_000 }]);
  });

  test('of a step is 250 ms and a thousandth of the time gone, in both directions', () => {
    const stepped = (deltaMs: number): readonly TimeEvent[] =>
      judged('linux', { wall: 1_000 + deltaMs, monotonic: 1_000, boot: 1_000 });
    for (const deltaMs of [251, -251]) {
      expect(stepped(deltaMs)).toEqual([{ type: 'step', deltaMs, at: 1_001_000 + deltaMs }]);
    }
    for (const deltaMs of [250.875, -250.875, 0]) expect(stepped(deltaMs)).toEqual([]);
  });

  test('of a step after a sleep counts the sleep as time gone', () => {
    const stepped = (deltaMs: number): readonly TimeEvent[] =>
      judged('linux', { wall: 100_000 + deltaMs, monotonic: 1_000, boot: 100_000 });
    const suspend = { type: 'suspend', lostMs: 99_000 };
    expect(stepped(350)).toMatchObject([suspend, { type: 'step', deltaMs: 350 }]);
    expect(stepped(-350)).toMatchObject([suspend, { type: 'step', deltaMs: -350 }]);
    expect(stepped(349)).toMatchObject([suspend]);
  });
});
