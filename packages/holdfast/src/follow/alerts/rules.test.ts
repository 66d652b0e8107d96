import { describe, expect, it } from 'vitest';
import type { ChildExit } from '../../model/engine-message.ts';
import { exitAt, HOUR, incident, MINUTE, Scene, supervisorWith } from '../testing/alert-scene.ts';

describe('what is told', () => {
  it('tells an outage once it has lasted, with all ten sources in one message, and its recovery once', async () => {
    const scene = new Scene();
    const opened = Array.from({ length: 10 }, (_, index) =>
      scene.open('outage', { scope: `host-${index}.example.org`, sources: [`source-${index}`] }),
    );
    await scene.clock.advance(14 * MINUTE);
    expect(scene.events).toEqual([]);
    await scene.clock.advance(6 * HOUR);
    expect(scene.events).toEqual(['opened outage']);
    expect(scene.told[0]?.message.sources).toHaveLength(10);
    expect(scene.told[0]?.at).toBeLessThan(16 * MINUTE);
    for (const one of opened.slice(1)) scene.recover(one);
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened outage']);
    scene.recover(opened[0]!);
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened outage', 'recovered outage']);
  });

  it('takes in what fails shortly after the message, and tells what fails much later', async () => {
    const scene = new Scene();
    scene.open('outage', { scope: 'a' });
    await scene.clock.advance(20 * MINUTE);
    scene.open('outage', { scope: 'b' });
    await scene.clock.advance(2 * HOUR);
    expect(scene.events).toEqual(['opened outage']);
    scene.open('outage', { scope: 'c' });
    await scene.clock.advance(2 * HOUR);
    expect(scene.told.map(({ message }) => message.scopes)).toEqual([['a'], ['c']]);
  });

  it('drops an outage that ends before it was told', async () => {
    const scene = new Scene();
    const short = scene.open('outage');
    await scene.clock.advance(10 * MINUTE);
    scene.recover(short);
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual([]);
  });

  it.each([
    'stale',
    'gap',
    'quarantine',
    'set-aside',
    'disk',
    'disk-forecast',
    'backup',
    'integrity',
    'oom',
    'hung',
  ] as const)('tells %s at once', async (cause) => {
    const scene = new Scene();
    scene.open(cause);
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual([`opened ${cause}`]);
  });

  it.each(['offline', 'asleep', 'clock-step', 'crash'] as const)('never tells %s', async (cause) => {
    const scene = new Scene();
    scene.open(cause);
    await scene.clock.advance(30 * HOUR);
    expect(scene.events).toEqual([]);
  });
});

describe('our own states', () => {
  it('say nothing about outages that lie in them, and about sources that got late in them', async () => {
    const scene = new Scene();
    const failures = ['a', 'b', 'c'].map((scope) => scene.open('outage', { scope }));
    const own = scene.open('offline', { scope: 'machine' });
    await scene.clock.advance(5 * HOUR);
    const late = scene.open('stale', { scope: 'arxiv' });
    await scene.clock.advance(5 * HOUR);
    expect(scene.events).toEqual([]);
    scene.recover(own);
    await scene.clock.advance(5 * MINUTE);
    for (const each of [...failures, late]) scene.recover(each);
    await scene.clock.advance(5 * HOUR);
    expect(scene.events).toEqual([]);
  });

  it('do not hide an outage that lasts after them', async () => {
    const scene = new Scene();
    const own = scene.open('asleep', { scope: 'machine' });
    await scene.clock.advance(HOUR);
    scene.open('outage');
    scene.recover(own);
    await scene.clock.advance(14 * MINUTE);
    expect(scene.events).toEqual([]);
    await scene.clock.advance(2 * MINUTE);
    expect(scene.events).toEqual(['opened outage']);
  });

  it('include a clock that is set: neither is the alert early nor is it put off for ever', async () => {
    const scene = new Scene();
    scene.open('outage');
    await scene.clock.advance(MINUTE);
    scene.clock.stepWall(2 * HOUR);
    scene.open('clock-step', { scope: 'machine', recoveredAt: scene.clock.now() });
    await scene.clock.advance(13 * MINUTE);
    expect(scene.events).toEqual([]);
    await scene.clock.advance(3 * MINUTE);
    expect(scene.events).toEqual(['opened outage']);
  });
});

describe('flapping', () => {
  it('is not told again but counted in the next message, which comes when the return lasts', async () => {
    const scene = new Scene({ outageAfter: MINUTE });
    const first = scene.open('outage');
    await scene.clock.advance(5 * MINUTE);
    scene.recover(first);
    await scene.clock.advance(MINUTE);
    for (let round = 0; round < 2; round += 1) {
      await scene.clock.advance(3 * MINUTE);
      const back = scene.open('outage');
      await scene.clock.advance(4 * MINUTE);
      scene.recover(back);
    }
    await scene.clock.advance(2 * MINUTE);
    expect(scene.events).toEqual(['opened outage', 'recovered outage']);
    scene.open('outage');
    await scene.clock.advance(9 * MINUTE);
    expect(scene.events).toHaveLength(2);
    await scene.clock.advance(2 * MINUTE);
    expect(scene.events).toEqual(['opened outage', 'recovered outage', 'opened outage']);
    expect(scene.told[2]?.message.returns).toBe(3);
    expect(scene.told[2]?.message.text).toContain('came back 3 times');
  });

  it('that does not end is told at its fifth return', async () => {
    const scene = new Scene();
    scene.recover(scene.open('gap'));
    const first = scene.open('gap');
    await scene.clock.advance(MINUTE);
    scene.recover(first);
    for (let round = 1; round <= 5; round += 1) {
      await scene.clock.advance(MINUTE);
      expect(scene.events).toEqual(['opened gap', 'recovered gap']);
      const back = scene.open('gap');
      await scene.clock.advance(MINUTE);
      if (round < 5) scene.recover(back);
    }
    expect(scene.events).toEqual(['opened gap', 'recovered gap', 'opened gap']);
  });

  it('is told within ten minutes though the clock was set back by a day after the recovery', async () => {
    const scene = new Scene();
    const gap = scene.open('gap');
    await scene.clock.advance(MINUTE);
    scene.recover(gap);
    await scene.clock.advance(MINUTE);
    scene.clock.stepWall(-24 * HOUR);
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened gap', 'recovered gap']);
    scene.open('gap');
    await scene.clock.advance(11 * MINUTE);
    expect(scene.events).toEqual(['opened gap', 'recovered gap', 'opened gap']);
  });

  it('does not swallow what fails elsewhere long after the clock was set back', async () => {
    const scene = new Scene();
    scene.open('gap', { scope: 'a' });
    await scene.clock.advance(MINUTE);
    scene.clock.stepWall(-24 * HOUR);
    await scene.clock.advance(HOUR);
    scene.open('gap', { scope: 'b' });
    await scene.clock.advance(MINUTE);
    expect(scene.told.map(({ message }) => message.scopes)).toEqual([['a'], ['b']]);
  });

  it('is forgotten after ten quiet minutes', async () => {
    const scene = new Scene();
    const first = scene.open('gap');
    await scene.clock.advance(MINUTE);
    scene.recover(first);
    await scene.clock.advance(11 * MINUTE);
    scene.open('gap');
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened gap', 'recovered gap', 'opened gap']);
    expect(new Set(scene.told.map(({ message }) => message.id)).size).toBe(3);
  });
});

describe('an engine that cannot speak for itself', () => {
  it('is told as crash-looping by its supervisor, until it has run for a while', async () => {
    const scene = new Scene();
    const { start } = scene;
    const exits = [exitAt(start, { coolingDown: true, restartInMs: 5 * MINUTE })];
    scene.supervisor = supervisorWith(
      { mode: 'cooling-down', nextStartAt: start + 5 * MINUTE, startedAt: start - 1_000 },
      exits,
    );
    scene.engineAnswers = false;
    await scene.clock.advance(4 * MINUTE);
    expect(scene.events).toEqual(['opened crash-loop']);
    expect(scene.told[0]?.message.nextTryAt).toBe(new Date(start + 5 * MINUTE).toISOString());
    // It starts, and its own incident of the same cause is not told again.
    scene.supervisor = supervisorWith({ mode: 'running', startedAt: start + 5 * MINUTE }, exits);
    const own = scene.open('crash-loop', { scope: 'engine' });
    await scene.clock.advance(4 * MINUTE);
    scene.recover(own);
    expect(scene.events).toEqual(['opened crash-loop']);
    await scene.clock.advance(3 * MINUTE);
    expect(scene.events).toEqual(['opened crash-loop', 'recovered crash-loop']);
  });

  it('has not recovered from what only it knows while it does not answer, as of a full disk', async () => {
    const scene = new Scene();
    scene.unwritten = [incident('disk', scene.start)];
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened disk']);
    scene.engineAnswers = false;
    await scene.clock.advance(5 * MINUTE);
    expect(scene.events).toEqual(['opened disk']);
    scene.engineAnswers = true;
    await scene.clock.advance(5 * MINUTE);
    expect(scene.events).toEqual(['opened disk']);
    scene.unwritten = [];
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened disk', 'recovered disk']);
  });

  it('is not thought recovered because its supervisor is silent for a moment', async () => {
    const scene = new Scene();
    scene.supervisor = supervisorWith({ mode: 'hung', since: scene.start });
    await scene.clock.advance(MINUTE);
    scene.supervisor = null;
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened hung']);
    scene.supervisor = supervisorWith({ mode: 'running' });
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened hung', 'recovered hung']);
  });

  it('that hung and was replaced is one alert, whoever tells it, and recovered once it has run for a while', async () => {
    const scene = new Scene();
    const { start } = scene;
    scene.supervisor = supervisorWith({ mode: 'hung', since: start });
    await scene.clock.advance(MINUTE);
    const exits = [exitAt(start + MINUTE, { reason: 'watchdog' })];
    scene.supervisor = supervisorWith({ mode: 'running', startedAt: start + MINUTE }, exits);
    await scene.clock.advance(MINUTE);
    const own = scene.open('hung', { scope: 'engine', startedAt: start + MINUTE });
    await scene.clock.advance(10 * MINUTE);
    expect(scene.events).toEqual(['opened hung']);
    scene.recover(own);
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened hung', 'recovered hung']);
    expect(scene.told[0]?.message.title).toBe('Holdfast: the engine hangs');
    // A restart that somebody asked for hours later has nothing to do with it.
    const at = scene.clock.now();
    exits.push(exitAt(at, { reason: 'operator', restartInMs: 0 }));
    scene.supervisor = supervisorWith({ mode: 'running', startedAt: at }, exits);
    await scene.clock.advance(HOUR);
    expect(scene.events).toHaveLength(2);
  });

  it('is not thought recovered because the store is away for a moment', async () => {
    const scene = new Scene();
    const gap = scene.open('gap');
    await scene.clock.advance(MINUTE);
    scene.hasStore = false;
    scene.incidents = [];
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened gap']);
    scene.hasStore = true;
    scene.incidents = [{ ...gap, recoveredAt: scene.clock.now() }];
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened gap', 'recovered gap']);
  });

  it('that dies again and again, too slowly for a cooldown, is told all the same', async () => {
    const scene = new Scene();
    const exits: ChildExit[] = [];
    for (let times = 1; times <= 60; times += 1) {
      await scene.clock.advance(30_000);
      const at = scene.clock.now();
      exits.push(exitAt(at, { restartInMs: 5 * MINUTE }));
      scene.supervisor = supervisorWith({ mode: 'delayed', nextStartAt: at + 5 * MINUTE }, exits.slice(-50));
      await scene.clock.advance(5 * MINUTE);
      scene.supervisor = supervisorWith({ startedAt: scene.clock.now() }, exits.slice(-50));
      if (times === 4) expect(scene.events).toEqual([]);
    }
    expect(scene.events).toEqual(['opened crash-loop']);
    await scene.clock.advance(6 * MINUTE);
    expect(scene.events).toEqual(['opened crash-loop', 'recovered crash-loop']);
  });

  it('that an operator starts anew again and again is in no crash loop', async () => {
    const scene = new Scene();
    const exits = Array.from({ length: 9 }, (_, at) => exitAt(scene.start + at, { reason: 'operator' }));
    scene.supervisor = supervisorWith({ startedAt: scene.start }, exits);
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual([]);
  });

  it('is not in a crash loop because of a single crash after hours of health', async () => {
    const scene = new Scene();
    const { start } = scene;
    const exits = [
      exitAt(start - 9 * HOUR, { coolingDown: true, restartInMs: 5 * MINUTE }),
      exitAt(start - MINUTE),
    ];
    scene.supervisor = supervisorWith({ mode: 'running', startedAt: start - MINUTE }, exits);
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual([]);
  });
});
