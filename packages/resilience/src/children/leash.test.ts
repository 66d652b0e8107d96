import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { killAtExit } from './kill-at-exit.ts';
import { Leash } from './leash.ts';

function held(heartbeatMs?: number, controller = new AbortController()) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const leash = new Leash({
    clock,
    signal: controller.signal,
    killAfterMs: 500,
    heartbeatMs,
    ask: () => log.push(`ask ${clock.monotonic()}`),
    kill: () => log.push(`kill ${clock.monotonic()}`),
  });
  return { clock, log, leash, controller };
}

test('a child that is left alone is neither asked nor killed, and its leash holds nothing afterwards', async () => {
  const { clock, log, leash, controller } = held();
  await clock.advance(86_400_000);
  expect([log, leash.ending, clock.pending]).toEqual([[], 'own', 0]);
  leash.release();
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  controller.abort();
  expect(log).toEqual([]);
});

test('one that is told to stop is asked at once and killed after its time', async () => {
  const { clock, log, leash, controller } = held();
  await clock.advance(10);
  controller.abort();
  expect([log, leash.ending]).toEqual([['ask 10'], 'asked']);
  await clock.advance(499);
  expect(leash.ending).toBe('asked');
  await clock.advance(1);
  expect([log, leash.ending]).toEqual([['ask 10', 'kill 510'], 'too-long']);
});

test('one that ends in time is not killed', async () => {
  const { clock, log, leash, controller } = held();
  controller.abort();
  await clock.advance(499);
  leash.release();
  await clock.advance(1_000);
  expect([log, clock.pending]).toEqual([['ask 0'], 0]);
});

test('one that must stop already is asked at once', () => {
  const controller = new AbortController();
  controller.abort();
  const { log, leash } = held(undefined, controller);
  expect([log, leash.ending]).toEqual([['ask 0'], 'asked']);
});

test('one without a sign of life is killed; a sign gives it the whole time again; stopping it ends the watch', async () => {
  const silent = held(1_000);
  await silent.clock.advance(900);
  silent.leash.heard();
  await silent.clock.advance(999);
  expect(silent.log).toEqual([]);
  await silent.clock.advance(1);
  expect([silent.log, silent.leash.ending]).toEqual([['kill 1900'], 'silent']);
  // Too late to ask.
  silent.controller.abort();
  expect([silent.log, silent.leash.ending]).toEqual([['kill 1900'], 'silent']);
  const stopped = held(1_000);
  await stopped.clock.advance(900);
  stopped.controller.abort();
  await stopped.clock.advance(300);
  // A sign of life does not put off the end of one that was asked.
  stopped.leash.heard();
  expect(stopped.log).toEqual(['ask 900']);
  await stopped.clock.advance(200);
  expect([stopped.log, stopped.leash.ending]).toEqual([['ask 900', 'kill 1400'], 'too-long']);
});

test('all children are killed at the exit by one listener, which goes with the last of them', () => {
  const before = process.listeners('exit');
  const killed: number[] = [];
  const letBe = Array.from({ length: 20 }, (_, index) => killAtExit(() => killed.push(index)));
  const added = process.listeners('exit').filter((listener) => !before.includes(listener));
  expect(added).toHaveLength(1);
  letBe[3]?.();
  letBe[3]?.();
  added[0]?.(0);
  expect(killed).toEqual([...Array(20).keys()].filter((index) => index !== 3));
  for (const one of letBe) one();
  expect(process.listeners('exit')).toEqual(before);
});
