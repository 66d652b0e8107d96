import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault } from '../../fault.ts';
import { fakeTime, fakeTimeLibrary } from '../../machine/clock-steps.ts';
import { minutesBehindUtc } from '../../machine/zone.ts';
import { begin, caughtUpAfter, committedAfter, conclude, layOut, pause } from '../storage/harvest.ts';

/** The wall clock is far off when the product starts, and is set right while it runs. */
function wrongAtStart(name: string, about: string, offset: string): Fault {
  return {
    name,
    layer: 'machine',
    about: `${about} when the harvest starts, and is set right while it runs`,
    holds:
      'no day is taken for done that was not harvested; with the right time everything is there, without a person',
    quick: false,
    missing: () => (fakeTimeLibrary() === undefined ? 'libfaketime (apt-get install faketime)' : null),
    play: async (stage) => {
      const harvest = await layOut(stage, { records: 120, pageSize: 40 });
      const file = join(stage.folder, 'offset');
      writeFileSync(file, `${offset}\n`);
      const live = begin(harvest, stage, {
        env: fakeTime(file),
      });
      const { at } = await live.until('it starts', ({ kind }) => kind === 'ready');
      const off = at - Date.now();
      await pause(4_000, stage.signal);
      const asked = harvest.ledger().exchanges.length;
      writeFileSync(file, '+0\n');
      const ended = Date.now();
      await harvest.simulator.control({ do: 'addRecords', count: 10 });
      // Events of before carry the wrong time, which may be a later one.
      const told = live.events().length;
      const after = (fits: ReturnType<typeof committedAfter>) => (): boolean =>
        live.events().slice(told).some(fits);
      await live.until('a commit with the right time', after(committedAfter(ended)));
      const recoverMs = Date.now() - ended;
      await live.until('it has everything', after(caughtUpAfter(ended)));
      const exits = live.count(({ kind }) => kind === 'engine-exited');
      await live.stop();
      return conclude(harvest, {
        injected: Math.abs(off) > 365 * 86_400_000 ? 1 : 0,
        recoverMs,
        checks: [check('no engine died of it', exits === 0, exits)],
        evidence: `the product saw ${new Date(at).toISOString().slice(0, 10)}, and sent ${String(asked)} requests meanwhile`,
      });
    },
  };
}

const [EAST, WEST] = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'] as const;

const timezone: Fault = {
  name: 'timezone changed',
  layer: 'machine',
  about: 'the harvest is made in the easternmost time zone, and gone on with in the westernmost one',
  holds: 'days are UTC days everywhere: nothing is lost, doubled or fetched for another day',
  quick: false,
  missing: () => (process.platform === 'win32' ? 'a system that heeds TZ' : null),
  play: async (stage) => {
    const harvest = await layOut(stage, { records: 200, pageSize: 50 });
    const east = await harvest.product.startWith({ env: { TZ: EAST } }, 'run', '--once').ended;
    await harvest.simulator.control({ do: 'addRecords', count: 10 });
    const ended = Date.now();
    const live = begin(harvest, stage, { env: { TZ: WEST } });
    const commit = await live.until('a commit in the west', committedAfter(ended));
    await live.until('it has everything', caughtUpAfter(ended));
    await live.stop();
    const offsets = [await minutesBehindUtc(EAST), await minutesBehindUtc(WEST)];
    return conclude(harvest, {
      // A system that does not know a zone takes it for UTC.
      injected: offsets.filter((minutes) => Math.abs(minutes) > 600).length,
      wanted: 2,
      recoverMs: commit.at - ended,
      checks: [check('the run in the east has everything', east.code === 0, east.code)],
      evidence: `UTC was ${offsets.join(' and then ')} minutes ahead`,
    });
  },
};

export const clockFaults: readonly Fault[] = [
  wrongAtStart('clock ten years ahead', 'the wall clock is ten years ahead', '+3650d'),
  wrongAtStart('clock at 1970', 'the wall clock stands at 1970', '@1970-01-02 00:00:00'),
  timezone,
];
