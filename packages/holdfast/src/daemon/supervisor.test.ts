import { VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, it } from 'vitest';
import type { ChildMessage } from '../model/engine-message.ts';
import type { SupervisorOptions } from './supervisor.ts';
import { BEAT, ENGINE, type FakeChild, READY, SERVER, world } from './testing/supervisor-world.ts';

const NO_RESTARTS = { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 };

describe('a supervisor', () => {
  it('starts a crashed engine again and tells it how often that has happened', async () => {
    const { clock, engines, last, kinds } = world();
    expect(last().sent).toEqual([
      { type: 'start', deadlineMs: null, restarts: NO_RESTARTS, exits: [], deadly: [] },
    ]);
    last().onExit(1, null);
    await clock.advance(0);
    expect(engines()).toHaveLength(2);
    expect(last().sent).toMatchObject([{ type: 'start', restarts: { ...NO_RESTARTS, crash: 1 } }]);
    expect(kinds()).toEqual(['engine-started', 'engine-exited', 'engine-started']);
  });

  it('announces a cooldown and lives through it', async () => {
    const { clock, engines, last, events } = world();
    for (let count = 0; count < 5; count += 1) {
      last().onExit(1, null);
      await clock.advance(10_000);
    }
    expect(engines()).toHaveLength(5);
    expect(events.find(({ kind }) => kind === 'cooling-down')).toMatchObject({ reason: 'crash' });
    await clock.advance(300_000);
    expect(engines()).toHaveLength(6);
  });

  it('passes on the code that a finished engine announced, and tells why it ended so', async () => {
    const { clock, last, ended, events } = world();
    last().onMessage({ type: 'exit', code: 69, summary: 'behind because of an outage: arxiv' });
    last().onExit(0, null);
    await clock.advance(0);
    expect(ended()).toBe(69);
    expect(events.at(-1)).toMatchObject({
      kind: 'ended',
      code: 69,
      summary: 'behind because of an outage: arxiv',
    });
  });

  it('kills an engine that has gone silent, but not one that makes no progress', async () => {
    const { clock, engines, kinds, last } = world();
    for (let second = 0; second < 300; second += 1) {
      last().onMessage({ type: 'heartbeat', progress: 1 });
      await clock.advance(1_000);
    }
    expect(engines()).toHaveLength(1);
    await clock.advance(35_000);
    expect(kinds()).toContain('engine-hung');
    expect(engines()[0]?.killed).toBe(false);
    await clock.advance(35_000);
    expect(engines()[0]?.killed).toBe(true);
    expect(engines()).toHaveLength(2);
    expect(engines()[1]?.sent).toMatchObject([{ restarts: { ...NO_RESTARTS, watchdog: 1 } }]);
  });

  it('gives a new engine time to open a large store before its first heartbeat', async () => {
    const { clock, engines } = world();
    await clock.advance(290_000);
    expect(engines()[0]?.killed).toBe(false);
    await clock.advance(20_000);
    expect(engines()[0]?.killed).toBe(true);
  });
});

describe('a stop', () => {
  it('asks the engine, waits for it and ends with the code of the stop', async () => {
    const { clock, supervisor, last, ended } = world();
    supervisor.stop(0);
    await clock.advance(1_000);
    expect(last().sent.at(-1)).toEqual({ type: 'stop' });
    expect(ended()).toBeUndefined();
    last().onExit(1, null);
    await clock.advance(0);
    expect(ended()).toBe(0);
  });

  it('kills an engine that does not end in 20 s', async () => {
    const { clock, supervisor, last, ended } = world();
    supervisor.stop(130);
    await clock.advance(19_000);
    expect(last().killed).toBe(false);
    await clock.advance(2_000);
    expect(last().killed).toBe(true);
    expect(ended()).toBe(130);
  });

  it('by force kills at once; between two engines it ends at once', async () => {
    const first = world();
    first.supervisor.stop(130);
    first.supervisor.force(130);
    await first.clock.advance(0);
    expect([first.last().killed, first.ended()]).toEqual([true, 130]);

    const second = world();
    second.last().onExit(1, null);
    second.supervisor.stop(0);
    await second.clock.advance(60_000);
    expect(second.ended()).toBe(0);
    expect(second.engines()).toHaveLength(1);
  });
});

describe('a deadline', () => {
  it('is told to each engine as what is left of it', async () => {
    const { clock, last } = world({ deadlineMs: 60_000 });
    await clock.advance(20_000);
    last().onExit(1, null);
    await clock.advance(0);
    expect(last().sent[0]).toMatchObject({ deadlineMs: 40_000 });
  });

  it('ends a cooldown: the run was not finished in time', async () => {
    const { clock, last, ended } = world({ deadlineMs: 60_000 });
    for (let count = 0; count < 5; count += 1) {
      last().onExit(1, null);
      await clock.advance(8_000);
    }
    await clock.advance(60_000);
    expect(ended()).toBe(4);
  });

  it('is put off by the time for which the machine slept', async () => {
    const { clock, last, ended } = world({ deadlineMs: 60_000 });
    await clock.advance(20_000);
    await clock.suspend(3_600_000, { monotonic: true });
    await clock.advance(20_000);
    last().onExit(1, null);
    await clock.advance(0);
    const [{ deadlineMs = null } = {}] = last().sent;
    expect(deadlineMs).toBeGreaterThan(10_000);
    expect(ended()).toBeUndefined();
  });
});

describe('several children', () => {
  it('are restarted one for one: an auxiliary neither ends the run nor touches the engine', async () => {
    const { clock, engines, last, ended, modes } = world({ children: [ENGINE, SERVER] });
    last().onMessage(READY);
    last().onMessage(BEAT);
    for (let count = 0; count < 5; count += 1) {
      last('server.js').onExit(64, null);
      last().onMessage(BEAT);
      await clock.advance(10_000);
      last().onMessage(BEAT);
    }
    expect(modes()).toEqual(['engine running', 'server cooling-down']);
    expect([engines().length, engines('server.js').length, ended()]).toEqual([1, 1, undefined]);
  });

  it('end together once the engine has announced its end', async () => {
    const { clock, last, ended } = world({ children: [ENGINE, SERVER] });
    last().onMessage({ type: 'exit', code: 69, summary: 'an outage' });
    last().onExit(0, null);
    await clock.advance(0);
    expect(last('server.js').sent.at(-1)).toEqual({ type: 'stop' });
    expect(ended()).toBeUndefined();
    last('server.js').onExit(0, null);
    await clock.advance(0);
    expect(ended()).toBe(69);
  });

  it('are all started anew when the configuration is read again, with what it says now', async () => {
    const { clock, supervisor, last, engines } = world({ children: [ENGINE, SERVER] });
    supervisor.renew([{ ...ENGINE, start: { type: 'start', config: 2 } }], 'update');
    last().onExit(0, null);
    last('server.js').onExit(0, null);
    await clock.advance(0);
    expect(last().sent).toMatchObject([{ config: 2, restarts: { ...NO_RESTARTS, update: 1 } }]);
    expect(engines('server.js')).toHaveLength(1);
  });
});

describe('exits', () => {
  it('are told to the next engine, each once and at most 50', async () => {
    const { clock, last, supervisor } = world({ children: [{ ...ENGINE, watchdogMs: null }] });
    for (let count = 0; count < 60; count += 1) {
      last().onExit(200 + count, null);
      await clock.advance(1_800_000);
    }
    const { exits = [] } = last().sent[0] ?? {};
    expect(exits).toHaveLength(50);
    expect(new Set(exits.map(({ id }) => id)).size).toBe(50);
    expect(exits.at(-1)).toMatchObject({ child: 'engine', code: 259, signal: null, reason: 'crash' });
    expect(supervisor.exits).toEqual(exits);
  });
});

describe('a page in hand', () => {
  const inHand = (cursor: string | null, source = 'arxiv'): ChildMessage => ({
    type: 'in-hand',
    source,
    page: cursor === null ? null : { window: 'arxiv/2026-01-01', cursor },
  });
  const deaths = ({ sent }: FakeChild): unknown =>
    sent[0]?.deadly?.map(({ source, cursor, deaths: count }) => [source, cursor, count]);

  it('is counted each time an engine dies with it, and forgotten once the engine has left it', async () => {
    const { clock, last } = world();
    for (let count = 0; count < 3; count += 1) {
      last().onMessage(inHand('p7'));
      last().onMessage(inHand('x', 'biorxiv'));
      if (count > 0) last().onMessage(inHand('y', 'biorxiv'));
      last().onExit(null, 'SIGSEGV');
      await clock.advance(10_000);
    }
    expect(deaths(last())).toEqual([
      ['arxiv', 'p7', 3],
      ['biorxiv', 'y', 2],
    ]);
    last().onMessage(inHand('p7'));
    last().onMessage(inHand('p8'));
    last().onExit(1, null);
    await clock.advance(10_000);
    expect(deaths(last())).toEqual([
      ['biorxiv', 'y', 2],
      ['arxiv', 'p8', 1],
    ]);
  });

  it('is not to blame when the engine was asked to end', async () => {
    const { clock, last, supervisor } = world();
    last().onMessage(inHand('p7'));
    supervisor.renew([ENGINE], 'operator');
    last().onExit(0, null);
    await clock.advance(0);
    expect(deaths(last())).toEqual([]);
  });
});

describe('an engine that needs too much memory', () => {
  const bounded = { ...ENGINE, maxMemory: 1_000 };
  const beat = (rss: number): ChildMessage => ({ type: 'heartbeat', progress: 1, rss });

  it('is ended gracefully after five heartbeats in a row and counted as oom', async () => {
    const { clock, last, engines, kinds } = world({ children: [bounded] });
    for (const rss of [1_001, 1_001, 1_001, 1_001, 999, 1_001, 1_001, 1_001, 1_001])
      last().onMessage(beat(rss));
    expect(last().sent).toHaveLength(1);
    last().onMessage(beat(1_001));
    expect(last().sent.at(-1)).toEqual({ type: 'stop' });
    expect(kinds()).toContain('recycling');
    last().onExit(0, null);
    await clock.advance(0);
    expect(engines()).toHaveLength(2);
    expect(last().sent).toMatchObject([{ restarts: { ...NO_RESTARTS, oom: 1 } }]);
  });

  it('is killed when it does not end within its grace', async () => {
    const { clock, last, engines } = world({ children: [bounded] });
    const first = last();
    for (let count = 0; count < 30; count += 1) {
      first.onMessage(beat(2_000));
      await clock.advance(1_000);
    }
    expect(first.killed).toBe(true);
    expect(engines()).toHaveLength(2);
    expect(last().sent).toMatchObject([{ restarts: { ...NO_RESTARTS, oom: 1 } }]);
  });
});

describe('time that is lost to everybody', () => {
  it.each([
    ['a suspend that monotonic time does not count', (clock: VirtualClock) => clock.suspend(3_600_000)],
    [
      'a suspend or SIGSTOP of everything that monotonic time counts',
      (clock: VirtualClock) => clock.suspend(60_000, { monotonic: true }),
    ],
    ['a wall clock set forward', (clock: VirtualClock) => Promise.resolve(clock.stepWall(7_200_000))],
    ['a wall clock set back', (clock: VirtualClock) => Promise.resolve(clock.stepWall(-7_200_000))],
  ])('%s is not held against the engine', async (_, lose) => {
    const { clock, engines, last, kinds } = world();
    last().onMessage(READY);
    for (let second = 0; second < 40; second += 1) {
      last().onMessage(BEAT);
      await clock.advance(1_000);
    }
    await lose(clock);
    await clock.advance(20_000);
    last().onMessage(BEAT);
    await clock.advance(20_000);
    expect([engines().length, kinds().includes('engine-hung')]).toEqual([1, false]);
    // The watchdog still works.
    await clock.advance(70_000);
    expect(engines()).toHaveLength(2);
  });
});

describe('what a supervisor that was killed leaves', () => {
  const restarts = { ...NO_RESTARTS, crash: 7 };
  const inherited = (coolsForMs: number): Partial<SupervisorOptions> => ({
    inherited: {
      children: [{ name: 'engine', restarts, coolsUntil: new VirtualClock().now() + coolsForMs }],
      exits: [],
      deadly: [{ source: 'arxiv', window: 'w', cursor: 'c', deaths: 2 }],
    },
  });

  it('is known to the next one: counts, deadly pages and the rest of a cooldown', async () => {
    const { clock, engines, last, modes } = world(inherited(90_000));
    await clock.advance(80_000);
    expect([engines().length, modes()]).toEqual([0, ['engine cooling-down']]);
    await clock.advance(20_000);
    expect(last().sent).toMatchObject([{ restarts, deadly: [{ deaths: 2 }] }]);
  });

  it('does not make a cooldown longer because the wall clock was set back', () => {
    expect(world(inherited(7_200_000)).engines()).toHaveLength(1);
  });
});

describe('the status of a child', () => {
  it('tells starting, running, hung and waiting apart', async () => {
    const { clock, last, supervisor, modes } = world();
    last().onMessage(BEAT);
    expect(modes()).toEqual(['engine starting']);
    last().onMessage(READY);
    expect(modes()).toEqual(['engine running']);
    await clock.advance(40_000);
    expect(modes()).toEqual(['engine hung']);
    last().onExit(1, null);
    expect(modes()).toEqual(['engine delayed']);
    await clock.advance(0);
    last().onExit(1, null);
    expect(supervisor.status()).toMatchObject([
      { mode: 'delayed', pid: null, nextStartAt: clock.now() + 1_000, restarts: { crash: 2 } },
    ]);
  });
});
