import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../../kill/random.ts';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Harvest } from './harvest.ts';
import { finish, statusOf } from './outcome.ts';
import { isAlive, kill } from '../../product/processes.ts';

const HOLD_MS = 1_500;
/** A kill is noticed at once, on a loaded machine too. */
const NOTICED_MS = 30_000;
/** The page whose answer is held back for long enough to be killed in the middle of it. */
const PAGE = 5;

/** The engine, or the supervisor above it, is killed. */
export const killedFaults: readonly Fault[] = [
  {
    name: 'process killed',
    layer: 'process',
    about: 'SIGKILL of the engine while it waits for the rest of a page; its supervisor lives',
    holds: 'it is started again at once, goes on with that page, and one crash is counted and told',
    quick: true,
    play: playKilled,
  },
  {
    name: 'supervisor killed',
    layer: 'process',
    about: 'SIGKILL of the supervisor alone, in the middle of a page; the engine lives on without a parent',
    holds: 'the engine ends by itself, and the next start takes over without two of them at work',
    quick: true,
    play: playOrphaned,
  },
];

async function playKilled(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, slowShape(stage));
  harvest.supervise();
  await inThePage(harvest, stage);
  const [engine, served] = [harvest.engine(), harvest.ledger.exchanges.length];
  const faultAt = Date.now();
  kill(engine, 'SIGKILL');
  const { signal, reason } = await harvest.event(
    'the end of the engine',
    ({ kind, at }) => kind === 'engine-exited' && at >= faultAt,
    NOTICED_MS,
  );
  await harvest.caughtUp(faultAt);
  const { engine: line } = await statusOf(harvest);
  const again = againAfter(harvest, served);
  return finish(harvest, {
    injected: Number(!isAlive(engine) && (signal === 'SIGKILL' || reason === 'crash')),
    wanted: 1,
    faultAt,
    faultEnd: faultAt,
    detected: ({ kind }) => kind === 'engine-exited',
    incident: 'crash',
    checks: [
      check('it goes on at its page', again, 'another request came first'),
      check('one restart is counted, as a crash', line.restarts['crash'] === 1, line.restarts),
    ],
    evidence: `killed in page ${String(PAGE)}, ${String(harvest.engines().length)} engines`,
  });
}

async function playOrphaned(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, slowShape(stage));
  const supervisor = harvest.supervise();
  await inThePage(harvest, stage);
  const engine = harvest.engine();
  const lived = isAlive(engine);
  const faultAt = Date.now();
  supervisor.child.kill('SIGKILL');
  await supervisor.ended;
  await harvest.until('the end of the orphan', () => !isAlive(engine));
  const orphanMs = Date.now() - faultAt;
  const faultEnd = Date.now();
  harvest.supervise();
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: Number(lived && supervisor.child.exitCode !== 0),
    wanted: 1,
    faultAt,
    faultEnd,
    detectMs: orphanMs,
    checks: [check('a single new engine took over', harvest.engines().length === 2, harvest.engines())],
    evidence: `the orphan ended by itself after ${String(orphanMs)} ms`,
  });
}

function slowShape(stage: Stage): { faults: string[]; args: string[]; records: number } {
  return {
    records: stage.size === 'quick' ? 80 : 300,
    faults: [`slow-first-byte@${String(PAGE)}`],
    args: ['--slow-ms', String(HOLD_MS)],
  };
}

/** Waits until the page that is held back is asked for, and then a little: its answer is on the way. */
async function inThePage(harvest: Harvest, stage: Stage): Promise<void> {
  await harvest.until('the page that is held back', () => harvest.ledger.fired('slow-first-byte') > 0);
  await sleep(new Dice(stage.seed).next() * 300);
}

/** Whether the first list that is asked for after the fault is the one that was under way. */
function againAfter({ ledger }: Harvest, before: number): boolean {
  const last = ledger.exchanges[before - 1]?.request.url;
  const next = ledger.exchanges.slice(before).find(({ request }) => request.verb.startsWith('List'));
  return last !== undefined && next?.request.url === last;
}
