import { VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, it } from 'vitest';
import type { EngineListener } from './engine-process.ts';
import { Supervisor } from './supervise.ts';
import type { RunEvent } from './supervisor-event.ts';

interface FakeEngine extends EngineListener {
  readonly sent: object[];
  killed: boolean;
}

function world(options: { deadlineMs?: number } = {}) {
  const clock = new VirtualClock();
  const engines: FakeEngine[] = [];
  const events: RunEvent[] = [];
  const supervisor = new Supervisor({
    startEngine: (listener) => {
      const engine: FakeEngine = { ...listener, sent: [], killed: false };
      engines.push(engine);
      return {
        pid: 100 + engines.length,
        send: (message) => void engine.sent.push(message),
        kill: () => {
          engine.killed = true;
          listener.onExit(null, 'SIGKILL');
        },
      };
    },
    startMessage: (deadlineMs, restarts) => ({ type: 'start', deadlineMs, restarts }),
    deadlineMs: options.deadlineMs ?? null,
    lateExitCode: 4,
    watchdogMs: 30_000,
    clock,
    random: { next: () => 1 },
    onEvent: (event) => events.push(event),
  });
  let ended: number | undefined;
  void supervisor.done.then((code) => {
    ended = code;
  });
  const last = (): FakeEngine => {
    const engine = engines.at(-1);
    if (engine === undefined) throw new Error('no engine was started');
    return engine;
  };
  return {
    clock,
    engines,
    events,
    supervisor,
    last,
    ended: () => ended,
    kinds: () => events.map(({ kind }) => kind),
  };
}

const NO_RESTARTS = { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 };

describe('a supervisor', () => {
  it('starts a crashed engine again and tells it how often that has happened', async () => {
    const { clock, engines, last, kinds } = world();
    expect(last().sent).toEqual([{ type: 'start', deadlineMs: null, restarts: NO_RESTARTS }]);
    last().onExit(1, null);
    await clock.advance(0);
    expect(engines).toHaveLength(2);
    expect(last().sent).toEqual([
      { type: 'start', deadlineMs: null, restarts: { ...NO_RESTARTS, crash: 1 } },
    ]);
    expect(kinds()).toEqual(['engine-started', 'engine-exited', 'engine-started']);
  });

  it('announces a cooldown and lives through it', async () => {
    const { clock, engines, last, events } = world();
    for (let count = 0; count < 5; count += 1) {
      last().onExit(1, null);
      await clock.advance(10_000);
    }
    expect(engines).toHaveLength(5);
    expect(events.find(({ kind }) => kind === 'cooling-down')).toMatchObject({ reason: 'crash' });
    await clock.advance(300_000);
    expect(engines).toHaveLength(6);
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
    expect(engines).toHaveLength(1);
    await clock.advance(35_000);
    expect(kinds()).toContain('engine-hung');
    expect(engines[0]?.killed).toBe(false);
    await clock.advance(35_000);
    expect(engines[0]?.killed).toBe(true);
    expect(engines).toHaveLength(2);
    expect(engines[1]?.sent).toEqual([
      { type: 'start', deadlineMs: null, restarts: { ...NO_RESTARTS, watchdog: 1 } },
    ]);
  });

  it('gives a new engine time to open a large store before its first heartbeat', async () => {
    const { clock, engines } = world();
    await clock.advance(290_000);
    expect(engines[0]?.killed).toBe(false);
    await clock.advance(20_000);
    expect(engines[0]?.killed).toBe(true);
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
    expect(second.engines).toHaveLength(1);
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
});
