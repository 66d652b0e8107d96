import { setTimeout as sleep } from 'node:timers/promises';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Harvest } from './harvest.ts';
import { finish, statusOf } from './outcome.ts';
import { isAlive, kill, stateOf } from '../../product/processes.ts';

const WATCHDOG = { watchdog: '5s' };
/** An engine that is silent for twice the watchdog's time is given up; a sleep is longer than that. */
const SLEEP_MS = 12_000;
const missing = (): string | null =>
  process.platform === 'win32' ? 'SIGSTOP, which Windows does not have' : null;

/** Processes that are stopped (SIGSTOP) in the middle of a page. */
export const stoppedFaults: readonly Fault[] = [
  {
    name: 'engine stopped',
    layer: 'process',
    about: 'SIGSTOP of the engine alone, for good, in the middle of a harvest',
    holds: 'it is told as hung, killed and replaced, and the harvest goes on',
    quick: false,
    missing,
    play: playEngine,
  },
  {
    name: 'everything stopped',
    layer: 'process',
    about: 'SIGSTOP of supervisor, engine and server for 12 s, then SIGCONT, as a machine that sleeps',
    holds: 'nobody is taken for hung, and the same engine goes on',
    quick: false,
    missing,
    play: playAll,
  },
];

async function playEngine(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, { more: WATCHDOG });
  harvest.supervise();
  await harvest.pages(4);
  const engine = harvest.engine();
  const faultAt = Date.now();
  kill(engine, 'SIGSTOP');
  const stopped = await harvest.until('the engine stopped', () => stopState(engine));
  const end = await harvest.event('its end', ({ kind, at }) => kind === 'engine-exited' && at >= faultAt);
  await harvest.caughtUp(end.at);
  const { engine: line } = await statusOf(harvest);
  return finish(harvest, {
    injected: Number(stopped !== '' && !isAlive(engine)),
    wanted: 1,
    faultAt,
    faultEnd: end.at,
    detected: ({ kind }) => kind === 'engine-hung',
    incident: 'hung',
    checks: [
      check('its end is counted as one of the watchdog', line.restarts['watchdog'] === 1, line.restarts),
      check('no crash is counted', line.restarts['crash'] === 0, line.restarts),
    ],
    evidence: `stopped (${stopped}), replaced after ${String(end.at - faultAt)} ms`,
  });
}

async function playAll(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, {
    records: 300,
    source: { minIntervalMs: 200 },
    more: WATCHDOG,
  });
  const supervisor = harvest.supervise();
  await harvest.pages(4);
  const pids = [supervisor.pid, ...harvest.children()];
  // A supervisor behind a launcher is another process than the one that was started.
  const inner = supervisorOf(await statusOf(harvest));
  if (inner !== null && !pids.includes(inner)) pids.unshift(inner);
  const engine = harvest.engine();
  const faultAt = Date.now();
  for (const pid of pids) kill(pid, 'SIGSTOP');
  stage.defer(() => pids.forEach((pid) => kill(pid, 'SIGCONT')));
  const states = await Promise.all(pids.map((pid) => harvest.until('stopped', () => stopState(pid))));
  const before = harvest.ledger.exchanges.length;
  await sleep(SLEEP_MS, undefined, { signal: stage.signal });
  const during = harvest.ledger.exchanges.length - before;
  const faultEnd = Date.now();
  for (const pid of pids) kill(pid, 'SIGCONT');
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: states.length,
    wanted: pids.length,
    faultAt,
    faultEnd,
    checks: [
      check('the same engine goes on', harvest.engine() === engine, harvest.engines()),
      check('nothing was asked meanwhile', during <= 1, during),
    ],
    evidence: `${String(pids.length)} processes stopped for ${String(SLEEP_MS / 1000)} s (${states.join('')})`,
  });
}

/** Linux tells that a process is stopped; elsewhere the signal itself has to be believed. */
function stopState(pid: number): string | null {
  if (process.platform !== 'linux') return 'told';
  return stateOf(pid) === 'T' ? 'T' : null;
}

function supervisorOf({ text }: { readonly text: string }): number | null {
  return (JSON.parse(text) as { supervisor?: { pid: number } | null }).supervisor?.pid ?? null;
}
