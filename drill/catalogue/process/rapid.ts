import { setTimeout as sleep } from 'node:timers/promises';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Harvest } from './harvest.ts';
import { finish, statusOf } from './outcome.ts';
import { kill } from '../../product/processes.ts';
import { ProductFailure } from '../../product/product-failure.ts';

/** So many engines die as soon as they start; the fifth end within a minute is one too many. */
const AT_START = 4;
const WITHIN_MS = 55_000;
const QUIET_MS = 1_500;
/** A cooldown is told with the end that leads to it. */
const AT_ONCE_MS = 30_000;
/** The cooldown lasts five minutes; nothing may make it longer. */
const COOLDOWN_MS = 300_000;

/** Engines that die one after the other. */
export const rapidFaults: readonly Fault[] = [
  {
    name: 'rapid crashes',
    layer: 'process',
    about:
      'four engines are killed as soon as they start, and the fifth in the middle of a page; --full waits until the cooldown of five minutes is over, else a person ends it',
    holds:
      'they are started with growing delays and go on by themselves; five ends in a minute lead to a cooldown that is shown, not to a storm, and never to giving up',
    quick: true,
    limitMs: 10 * 60_000,
    play,
  },
];

async function play(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, { records: 200, source: { minIntervalMs: 60 } });
  const supervisor = harvest.supervise({
    env: harvest.misbehaving({ what: 'die', phase: 'start', engines: AT_START }),
  });
  const { at: faultAt } = await harvest.until('the first kill', () => harvest.evidence()[0]);
  const exits = (): readonly { at: number; restartInMs?: number }[] =>
    harvest.events().filter(({ kind }) => kind === 'engine-exited');
  await harvest.until('four ends', () => exits().length >= AT_START);
  const askedWhileDying = harvest.ledger.exchanges.length;
  const faultEnd = exits()[AT_START - 1]?.at ?? Date.now();
  // The fifth engine does its work, without a person.
  await harvest.pages(3);
  const fifth = harvest.engine();
  kill(fifth, 'SIGKILL');
  if (Date.now() - (exits()[0]?.at ?? 0) > WITHIN_MS)
    throw new Error('this machine was too slow for five ends within a minute');
  const cooling = await harvest.event('the cooldown', ({ kind }) => kind === 'cooling-down', AT_ONCE_MS);
  const shown = await statusOf(harvest);
  const before = harvest.ledger.exchanges.length;
  await sleep(QUIET_MS, undefined, { signal: stage.signal });
  const asked = harvest.ledger.exchanges.length - before;
  const lived = supervisor.child.exitCode === null;
  const again = await endCooldown(harvest, stage, cooling.until ?? Date.now());
  await harvest.caughtUp(again.at);
  const delays = exits()
    .slice(0, AT_START)
    .map(({ restartInMs = 0 }) => restartInMs);
  return finish(harvest, {
    injected: harvest.evidence().length + Number(exits().length > AT_START),
    wanted: AT_START + 1,
    faultAt,
    faultEnd,
    detected: ({ kind }) => kind === 'engine-exited',
    checks: [
      check(
        'the delays grow',
        delays.every((delay, index) => index === 0 || delay > (delays[index - 1] ?? 0)),
        delays,
      ),
      check('engines that die at once ask nothing', askedWhileDying === 0, askedWhileDying, 'I8'),
      check('status shows the cooldown, and its end', isShown(shown.engine), shown.engine, 'I10'),
      check('nothing is asked while it cools down', asked <= 1, asked, 'I8'),
      check('the supervisor does not give up', lived, lived ? 'it lives' : 'it ended', 'I6'),
    ],
    evidence: `delays ${delays.map((ms) => `${String(ms)} ms`).join(', ')}; a cooldown of ${String(Math.round(((cooling.until ?? 0) - cooling.at) / 1000))} s, ended by ${again.by}`,
  });
}

function isShown({
  state,
  nextStartAt,
}: {
  readonly state: string;
  readonly nextStartAt: string | null;
}): boolean {
  return state === 'cooling-down' && nextStartAt !== null;
}

/** Waits it out where there is time; else does what a person would. */
async function endCooldown(
  harvest: Harvest,
  { size }: Stage,
  until: number,
): Promise<{ readonly at: number; readonly by: string }> {
  const began = Date.now();
  if (size === 'quick') {
    const { code, stderr } = await harvest.product.run('restart');
    if (code !== 0) throw new ProductFailure(`holdfast restart ended with ${String(code)}: ${stderr}`);
    return { at: began, by: 'a person' };
  }
  const { at } = await harvest.event(
    'the end of the cooldown',
    (event) => event.kind === 'engine-started' && event.at >= began,
    COOLDOWN_MS + 60_000,
  );
  return { at, by: `itself ${String(at - until)} ms after it was due` };
}
