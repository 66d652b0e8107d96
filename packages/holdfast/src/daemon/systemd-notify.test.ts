import { VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, it } from 'vitest';
import { managerOf, takeManagerVariables } from './manager.ts';
import { Notifier, systemdNotify } from './systemd-notify.ts';

function world(watchdogUsec?: string) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const state = { ready: false, status: 'engine starting' };
  const notifier = new Notifier({
    notify: (words) => told.push(words.join(' ')),
    watchdogUsec,
    clock,
    status: () => state.status,
    isReady: () => state.ready,
  });
  return { clock, told, state, notifier };
}

describe('what systemd is told', () => {
  it('is READY once the engine is, three times lest one is lost, and the status again only when it changes', async () => {
    const { clock, told, state } = world();
    await clock.advance(1_000);
    expect(told).toEqual([]);
    Object.assign(state, { ready: true, status: 'engine running' });
    await clock.advance(300);
    expect(told).toEqual(['--ready --status=engine running']);
    await clock.advance(60_000);
    state.status = 'engine hung';
    await clock.advance(60_000);
    const ready = '--ready --status=engine running';
    expect(told).toEqual([ready, ready, ready, '--status=engine hung']);
  });

  it('is that more time is needed while a large store opens', async () => {
    const { clock, told } = world();
    await clock.advance(25_000);
    expect(told).toEqual(['EXTEND_TIMEOUT_USEC=60000000', 'EXTEND_TIMEOUT_USEC=60000000']);
  });

  it('is WATCHDOG=1 at a third of its time, until the end', async () => {
    const { clock, told, notifier } = world('9000000');
    await clock.advance(9_500);
    expect(told.filter((each) => each === 'WATCHDOG=1')).toHaveLength(3);
    notifier.stopping();
    notifier.stopping();
    await clock.advance(30_000);
    expect(told.slice(3)).toEqual(['STOPPING=1 --status=stopping']);
    expect(clock.pending).toBe(0);
  });
});

describe('the way to systemd', () => {
  it('is none where it does not listen', () => {
    expect([systemdNotify(undefined), systemdNotify('')]).toEqual([null, null]);
  });

  it('ends nobody when the system refuses to start the program', () => {
    const notify = systemdNotify('/none');
    expect(() => notify?.(['--status=a\0b'])).not.toThrow();
  });
});

describe('who manages a supervisor', () => {
  it.each([
    [{ HOLDFAST_MANAGER: 'launchd' }, 5, 'launchd'],
    [{ HOLDFAST_MANAGER: 'nobody' }, 5, null],
    [{ SYSTEMD_EXEC_PID: '5' }, 5, 'systemd'],
    // Inherited by everything in a session that systemd has started.
    [{ SYSTEMD_EXEC_PID: '4', INVOCATION_ID: 'x' }, 5, null],
    [{}, 1, 'container'],
  ])('%j of process %i is %s', (env, pid, manager) => {
    expect(managerOf(env, pid)).toBe(manager);
  });

  it('is told to the supervisor alone: its children inherit none of it', () => {
    const env = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '1', PATH: '/bin', HOLDFAST_MANAGER: 'systemd' };
    const left: Record<string, string | undefined> = { ...env };
    expect(takeManagerVariables(left)).toMatchObject({
      NOTIFY_SOCKET: '/run/n',
      HOLDFAST_MANAGER: 'systemd',
    });
    expect(left).toEqual({ PATH: '/bin' });
  });
});
