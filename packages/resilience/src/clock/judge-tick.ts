import type { Readings } from './readings.ts';

/** Something happened to time. `at` is the wall time in ms at which it was noticed, after it was over. */
export type TimeEvent =
  /** The machine slept. */
  | { readonly type: 'suspend'; readonly lostMs: number; readonly at: number }
  /** This process stood still while the machine ran: SIGSTOP, a debugger, a call that waits for a disk. */
  | { readonly type: 'pause'; readonly lostMs: number; readonly at: number }
  /** Our own work kept the event loop busy. */
  | { readonly type: 'block'; readonly lostMs: number; readonly at: number }
  /** The wall clock was set, forward (above 0) or back. A paused virtual machine looks like this too. */
  | { readonly type: 'step'; readonly deltaMs: number; readonly at: number };

/**
 * Boot time may run ahead of monotonic time by so much without a sleep. Linux tells it in steps of 10 ms, and the two
 * are read one after the other.
 */
const SUSPEND_MS = 500;
/** A tick may be so late without an event; the same as for `awakeTimer`. */
const LATE_MS = 1_000;
/** A late tick with at least this share of its time spent computing was blocked by ourselves. */
const BUSY_SHARE = 0.2;
/** Where the clocks cannot tell sleep from a stop, an idle gap of this length is taken for sleep. */
const LONG_GAP_MS = 30_000;
/** The wall clock may differ from the time gone by so much, and by a part of it: NTP slews by at most 0.05 %. */
const STEP_MS = 250;
const STEP_SHARE = 0.001;

/**
 * What happened between two readings that were to be `expectedMs` apart; nothing, mostly. Several things may have
 * happened at once, such as a sleep after which the wall clock was set: each is an event of its own, in the order
 * suspend, pause or block, step.
 *
 * On Linux a sleep is exact: it is the time that boot time counts and monotonic time does not. Elsewhere monotonic
 * time counts sleep, so that sleep looks like a stop: a gap without work is a suspend from 30 s on, else a pause.
 * Boot time is not looked at there (macOS tells it in whole seconds, derived from the wall clock).
 * Below the thresholds nothing is told: 0.5 s of sleep on Linux, 1 s late, a step of 250 ms and 0.1 % of the time
 * gone. So a slewing clock, 10 ms steps of boot time and a busy moment are no events.
 *
 * @param platform as `process.platform` says.
 */
export function judgeTick(
  before: Readings,
  after: Readings,
  expectedMs: number,
  platform: string,
): readonly TimeEvent[] {
  const at = after.wall;
  const ran = after.monotonic - before.monotonic;
  const beyond = after.boot - before.boot - ran;
  const slept = platform === 'linux' && beyond >= SUSPEND_MS ? beyond : 0;
  const stepped = after.wall - before.wall - ran - slept;
  const events: TimeEvent[] = [];
  if (slept > 0) events.push({ type: 'suspend', lostMs: slept, at });
  if (ran - expectedMs >= LATE_MS) {
    const busy = (after.cpuMs - before.cpuMs) / ran >= BUSY_SHARE;
    events.push({ type: gapType(ran - expectedMs, busy, platform), lostMs: ran - expectedMs, at });
  }
  if (Math.abs(stepped) >= STEP_MS + STEP_SHARE * (ran + slept)) {
    events.push({ type: 'step', deltaMs: stepped, at });
  }
  return events;
}

function gapType(lostMs: number, busy: boolean, platform: string): 'suspend' | 'pause' | 'block' {
  if (busy) return 'block';
  return platform !== 'linux' && lostMs >= LONG_GAP_MS ? 'suspend' : 'pause';
}
