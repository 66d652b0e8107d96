import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SupervisorStatus } from '../../model/supervisor-status.ts';
import { exitAt, HOUR, MINUTE, supervisorWith } from '../testing/alert-scene.ts';
import type { RunningDeadman } from './start-deadman.ts';
import { startDeadman } from './start-deadman.ts';

const EVERY = 5 * MINUTE;
let clock: VirtualClock;
let answers: boolean;
let waitsForDisk: boolean;
let supervisor: () => SupervisorStatus | null;
let reachable: boolean;
let pings: number[];
let tries: number;
let deadman: RunningDeadman;

beforeEach(() => {
  clock = new VirtualClock();
  answers = true;
  waitsForDisk = false;
  supervisor = () => supervisorWith({ mode: 'running', lastHeartbeatAt: clock.now() - 1_000 });
  reachable = true;
  pings = [];
  tries = 0;
  deadman = startDeadman({
    clock,
    random: seededRandom(1),
    url: 'https://ping.example.org/secret-token',
    every: EVERY,
    watchdog: 30_000,
    version: '0',
    observe: () => Promise.resolve({ engineAnswers: answers, waitsForDisk, supervisor: supervisor() }),
    call: ({ url }) => {
      tries += 1;
      expect(url).toBe('https://ping.example.org/secret-token');
      if (!reachable) return Promise.reject(new Error('unreachable'));
      pings.push(clock.monotonic());
      return Promise.resolve();
    },
  });
});
afterEach(() => deadman.stop());

describe("the dead man's ping", () => {
  it('comes at every interval while the engine is well, whether or not there is work', async () => {
    await clock.advance(HOUR - 1);
    expect(pings).toEqual(Array.from({ length: 12 }, (_, index) => index * EVERY));
    expect(deadman.status()).toMatchObject({ to: 'ping.example.org', withheld: null, lastError: null });
  });

  const faults: readonly (readonly [string, () => void])[] = [
    ['does not answer', () => (answers = false)],
    ['can store nothing, for want of a disk', () => (waitsForDisk = true)],
    ['hangs, by its supervisor', () => (supervisor = () => supervisorWith({ mode: 'hung' }))],
    ['has stopped beating', () => (supervisor = () => supervisorWith({ lastHeartbeatAt: 1 }))],
    ['is cooling down', () => (supervisor = () => supervisorWith({ mode: 'cooling-down' }))],
    [
      'crashes again and again, though it answers in between',
      () =>
        (supervisor = () =>
          supervisorWith({ mode: 'running', startedAt: clock.now() - MINUTE, lastHeartbeatAt: clock.now() }, [
            exitAt(clock.now() - 2 * MINUTE, { coolingDown: true }),
          ])),
    ],
  ];
  it.each(faults)('stops within its interval when the engine %s', async (_, fault) => {
    await clock.advance(HOUR);
    const before = pings.length;
    fault();
    await clock.advance(10 * HOUR);
    expect(pings).toHaveLength(before);
    expect(deadman.status().withheld).not.toBeNull();
  });

  it('comes back soon after the engine is well again', async () => {
    answers = false;
    await clock.advance(HOUR);
    expect(pings).toHaveLength(1);
    answers = true;
    await clock.advance(MINUTE);
    expect(pings).toHaveLength(2);
  });

  it('is tried again within the interval when it fails, at a bounded rate, and says why', async () => {
    reachable = false;
    await clock.advance(HOUR);
    expect(deadman.status().lastError).toBe('unreachable');
    expect(tries).toBeGreaterThan(60);
    expect(tries).toBeLessThan(300);
    reachable = true;
    await clock.advance(MINUTE);
    expect(pings).toHaveLength(2);
  });

  it('needs no supervisor', async () => {
    supervisor = () => null;
    await clock.advance(HOUR);
    expect(pings.length).toBeGreaterThanOrEqual(12);
  });
});
