import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copiesOf, endCopies, pause, startsIn } from './observe.ts';
import { SILENCE_MS, type Manager, type Order } from './supervisors/port.ts';

/** One cell of the table: what a supervisor made of a program. */
export interface Cell {
  readonly seen: string;
  /** What breaks a promise of ours; asked of our supervisor only. */
  readonly broken: readonly string[];
}

/** A program and what is done to it. */
export interface Scenario {
  readonly name: string;
  play(manager: Manager, folder: string, seconds: number): Promise<Cell>;
}

const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));
const HANGS_AFTER_MS = 3_000;
const MOST_STARTS = 12;

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  crashing('dies at once', 'dies-at-once.mjs'),
  crashing('dies after 1.2 s', 'dies-soon.mjs'),
  { name: 'hangs in a loop', play: hangs },
  { name: 'leaks memory', play: leaks },
  { name: 'supervisor killed, program hangs', play: supervisorKilled },
  { name: 'clock stepped ±2 h', play: clockStepped },
];

function order(folder: string, program: string, more: NodeJS.ProcessEnv = {}): Order & { starts: string } {
  const starts = join(folder, 'starts.jsonl');
  return {
    program: join(PROGRAMS, program),
    folder,
    starts,
    env: { ...process.env, BENCH_STARTS: starts, ...more },
  };
}

function crashing(name: string, program: string): Scenario {
  return {
    name,
    play: async (manager, folder, seconds) => {
      const asked = order(folder, program);
      const guarded = await manager.start(asked);
      await pause(seconds * 1_000);
      const state = await guarded.state();
      const starts = startsIn(asked.starts).length;
      await guarded.stop();
      return {
        seen: `${String(starts)} starts; ${state}`,
        broken: [
          ...(starts <= MOST_STARTS ? [] : ['it spins']),
          ...(/next start|running|starting/.test(state) ? [] : ['it gave up']),
        ],
      };
    },
  };
}

async function hangs(manager: Manager, folder: string, seconds: number): Promise<Cell> {
  const asked = order(folder, 'hangs.mjs');
  const guarded = await manager.start(asked);
  await pause(seconds * 1_000);
  const state = await guarded.state();
  const [first, second] = startsIn(asked.starts);
  const copies = copiesOf(asked.starts, asked.program).length;
  await guarded.stop();
  endCopies(asked.starts, asked.program);
  if (first === undefined || second === undefined)
    return { seen: `never acted on; ${state}`, broken: ['the hang was not seen'] };
  const after = (second.at - first.at - HANGS_AFTER_MS) / 1_000;
  return {
    seen: `replaced after ${after.toFixed(1)} s; ${state}`,
    broken: copies <= 1 ? [] : [`${String(copies)} copies`],
  };
}

async function leaks(manager: Manager, folder: string, seconds: number): Promise<Cell> {
  const asked = order(folder, 'leaks.mjs');
  const guarded = await manager.start(asked);
  await pause(seconds * 1_000);
  const state = await guarded.state();
  const starts = startsIn(asked.starts);
  const copies = copiesOf(asked.starts, asked.program).length;
  await guarded.stop();
  endCopies(asked.starts, asked.program);
  const [first, second] = starts;
  const after =
    first && second
      ? `first renewed after ${((second.at - first.at) / 1_000).toFixed(0)} s`
      : 'never renewed';
  return {
    seen: `${String(starts.length)} starts, ${after}; ${state}`,
    broken: [
      ...(starts.length > 1 ? [] : ['the leak was not seen']),
      ...(copies <= 1 ? [] : [`${String(copies)} copies`]),
    ],
  };
}

/** The hardest case: the program cannot notice by itself that its supervisor is gone. */
async function supervisorKilled(manager: Manager, folder: string): Promise<Cell> {
  const asked = order(folder, 'hangs.mjs');
  const guarded = await manager.start(asked);
  await pause(HANGS_AFTER_MS + 1_500);
  const pid = guarded.pid();
  if (pid === null) {
    await guarded.stop();
    return { seen: 'not covered: its death is the end of the user session', broken: [] };
  }
  process.kill(pid, 'SIGKILL');
  await pause(2_000);
  const orphans = copiesOf(asked.starts, asked.program).length;
  await guarded.revive();
  // Shorter than the silence after which the new copy, which hangs as well, is replaced.
  await pause(HANGS_AFTER_MS + SILENCE_MS / 2);
  const copies = copiesOf(asked.starts, asked.program).length;
  await guarded.stop();
  const left = copiesOf(asked.starts, asked.program).length;
  endCopies(asked.starts, asked.program);
  return {
    seen: `${String(orphans)} orphan, then ${String(copies)} ${copies === 1 ? 'copy' : 'copies'}; ${String(left)} left after stop`,
    broken: [
      ...(copies === 1 ? [] : [`${String(copies)} copies`]),
      ...(left === 0 ? [] : ['an orphan is left']),
    ],
  };
}

const FAKETIME = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

async function clockStepped(manager: Manager, folder: string): Promise<Cell> {
  if (FAKETIME === undefined || manager.name === 'systemd')
    return { seen: 'not covered', broken: FAKETIME === undefined ? ['needs libfaketime'] : [] };
  const file = join(folder, 'offset');
  const set = (offset: string): void => writeFileSync(file, `${offset}\n`);
  set('+0');
  const asked = order(folder, 'lives.mjs', {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  const guarded = await manager.start(asked);
  await pause(4_000);
  for (const offset of ['+2h', '-2h']) {
    set(offset);
    await pause(3 * SILENCE_MS);
  }
  const state = await guarded.state();
  const starts = startsIn(asked.starts).length;
  await guarded.stop();
  return {
    seen: `${String(starts)} start; ${state}`,
    broken: starts === 1 ? [] : ['a healthy program was started again'],
  };
}
