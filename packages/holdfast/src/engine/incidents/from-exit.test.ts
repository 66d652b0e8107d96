import { describe, expect, it } from 'vitest';
import type { ChildExit } from '../../model/engine-message.ts';
import type { Incident } from '../../model/incident.ts';
import { MINUTE, SECOND, START, Told } from './testing/told.ts';

const two = ['a', 'b'].map((id) => ({ id, service: `${id}.example` }));

describe('exits of the engine', () => {
  const exit = (id: number, change: Partial<ChildExit> = {}): ChildExit => ({
    id: String(id),
    child: 'engine',
    at: START + id * SECOND,
    code: null,
    signal: 'SIGKILL',
    reason: 'crash',
    restartInMs: 0,
    coolingDown: false,
    ...change,
  });

  it('are one incident of a cause, however often they are told, and over after ten healthy minutes', () => {
    const first = new Told(two);
    first.turn(10 * SECOND, { type: 'exits', exits: [exit(1), exit(2)] });
    expect(first.all).toMatchObject([{ cause: 'crash', scope: 'engine', count: 2 }]);

    const second = new Told(two);
    second.turn(20 * SECOND, { type: 'loaded', incidents: first.all, setAside: new Set() });
    second.turn(20 * SECOND, { type: 'exits', exits: [exit(1), exit(2), exit(15)] });
    expect(second.all).toMatchObject([{ count: 3 }]);
    expect(second.all[0]?.actions).toHaveLength(3);
    second.turn(11 * MINUTE, { type: 'tick' });
    expect(second.open).toEqual([]);

    const third = new Told(two);
    third.turn(12 * MINUTE, { type: 'loaded', incidents: second.all, setAside: new Set() });
    third.turn(12 * MINUTE, { type: 'exits', exits: [exit(1), exit(2), exit(15)] });
    expect(third.open).toEqual([]);
  });

  it('are left alone once they are a week old: the incidents that they made are no longer at hand', () => {
    const later = new Told(two);
    later.turn(8 * 24 * 60 * MINUTE, { type: 'exits', exits: [exit(1), exit(2)] });
    expect(later.all).toEqual([]);
  });

  it.each([
    ['watchdog', 'hung'],
    ['oom', 'oom'],
  ] as const)('by %s are %s; those that an operator wanted are none', (reason, cause) => {
    const told = new Told(two);
    told.turn(10 * SECOND, { type: 'exits', exits: [exit(1, { reason }), exit(2, { reason: 'operator' })] });
    expect(told.open).toEqual([`${cause}:engine`]);
  });

  it('that lead to a cooldown are a crash loop as well', () => {
    const told = new Told(two);
    told.turn(10 * SECOND, { type: 'exits', exits: [exit(1, { coolingDown: true, restartInMs: 300_000 })] });
    expect(told.open).toEqual(['crash:engine', 'crash-loop:engine']);
  });

  it('of a child that is down still, for minutes, are not over when the next engine hears of them', () => {
    const told = new Told(two);
    const server = { child: 'server', coolingDown: true, restartInMs: 30 * MINUTE };
    told.turn(5 * MINUTE, { type: 'exits', exits: [exit(1, server)] });
    told.ticks(5 * MINUTE, 6 * MINUTE);
    expect(told.open).toEqual(['crash:server', 'crash-loop:server']);
  });
});

describe('an engine that dies five seconds after each start', () => {
  const SIX_HOURS = 6 * 60 * MINUTE;
  /** Delays as its supervisor makes them: four exits are followed soon, the fifth by ever longer cooldowns. */
  const pauseAfter = (deaths: number): Pick<ChildExit, 'restartInMs' | 'coolingDown'> =>
    deaths % 5 === 0
      ? { restartInMs: Math.min(30, 5 * 2 ** (deaths / 5 - 1)) * MINUTE, coolingDown: true }
      : { restartInMs: ((deaths % 5) - 1) * SECOND, coolingDown: false };

  it('for six hours has one crash and one crash loop, over ten minutes after the start that lasts', () => {
    let told = new Told(two);
    let exits: readonly ChildExit[] = [];
    let known: readonly Incident[] = [];
    let at = 0;
    const start = (): void => {
      told = new Told(two);
      told.turn(at, { type: 'loaded', incidents: known, setAside: new Set() });
      told.turn(at, { type: 'exits', exits });
    };
    for (let deaths = 1; at < SIX_HOURS; deaths += 1) {
      start();
      told.ticks(at + SECOND, at + 5 * SECOND);
      known = told.all;
      at += 5 * SECOND;
      const exit = { id: String(deaths), child: 'engine', at: START + at, code: 1, signal: null };
      const pause = pauseAfter(deaths);
      exits = [...exits, { ...exit, reason: 'crash' as const, ...pause }].slice(-50);
      at += pause.restartInMs;
    }
    start();
    told.ticks(at + SECOND, at + 9 * MINUTE);
    expect(told.all).toHaveLength(2);
    expect(told.open).toEqual(['crash:engine', 'crash-loop:engine']);
    told.ticks(at + 9 * MINUTE, at + 10 * MINUTE);
    expect(told.open).toEqual([]);
  });
});
