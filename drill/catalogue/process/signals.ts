import { once } from 'node:events';
import { acknowledgedKept } from '../../checker/invariants.ts';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Ended } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { Harvest } from './harvest.ts';
import { finish } from './outcome.ts';

const missing = (): string | null =>
  process.platform === 'win32' ? 'signals that a process can answer, which Windows does not have' : null;
/** The transaction is held open for so long that the signal comes in the middle of it. */
const HELD = { what: 'block', phase: 'transaction', nth: 4, forMs: 1_500 } as const;

/** A person or the system asks for the end, or stops listening. */
export const signalFaults: readonly Fault[] = [
  {
    name: 'SIGTERM in a commit',
    layer: 'process',
    about: 'SIGTERM of the supervisor while a transaction is open',
    holds: 'it ends with 0, keeps all that was committed, and the next start goes on',
    quick: false,
    missing,
    play: (stage) => playSignal(stage, { signal: 'SIGTERM', verb: 'supervise', code: 0 }),
  },
  {
    name: 'SIGINT in a commit',
    layer: 'process',
    about: 'Ctrl-C of a `run` in the foreground while a transaction is open',
    holds: 'it ends with 130, keeps all that was committed, and the next start goes on',
    quick: false,
    missing,
    play: (stage) => playSignal(stage, { signal: 'SIGINT', verb: 'run', code: 130 }),
  },
  {
    name: 'output closed',
    layer: 'process',
    about: 'whoever reads what `run` prints goes away after the first commit (EPIPE)',
    holds: 'it ends with 0 and no complaint, and the next start goes on',
    quick: false,
    play: playClosed,
  },
];

async function playSignal(
  stage: Stage,
  { signal, verb, code }: { signal: NodeJS.Signals; verb: string; code: number },
): Promise<Played> {
  const harvest = await Harvest.prepare(stage, { more: { dashboard: { port: 0 } } });
  const running = harvest.product.startWith({ env: harvest.misbehaving(HELD) }, verb);
  const { at: faultAt } = await harvest.until('the open transaction', () => harvest.evidence()[0]);
  const isTaken = running.child.kill(signal);
  const ended = await harvest.endOf(running, `its end after ${signal}`);
  return goOn(harvest, {
    ended,
    code,
    faultAt,
    injected: Number(isTaken && harvest.evidence().length === 1),
    evidence: `${signal} in the 4th transaction, ended ${String(Date.now() - faultAt)} ms after it began`,
  });
}

async function playClosed(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, {});
  const running = harvest.product.start('run');
  const { stdout } = running.child;
  if (stdout === null) throw new Error('the run has no output');
  let text = '';
  while (!text.includes('"kind":"commit"'))
    text += String((await once(stdout, 'data', { signal: stage.signal }))[0]);
  const faultAt = Date.now();
  stdout.destroy();
  const ended = await harvest.endOf(running, 'its end without a reader');
  return goOn(harvest, {
    ended,
    code: 0,
    faultAt,
    // Nobody told it to end, and it was not done: whatever ended it came of the pipe.
    injected: Number(!text.includes('"state":"ok"')),
    evidence: `the reader left after ${String(text.split('\n').length - 1)} lines`,
  });
}

interface Cut {
  readonly ended: Ended;
  readonly code: number;
  readonly faultAt: number;
  readonly injected: number;
  readonly evidence: string;
}

/** What was committed by then is kept, and the next start completes it. */
async function goOn(harvest: Harvest, { ended, code, ...story }: Cut): Promise<Played> {
  const before = await harvest.product.papers();
  const faultEnd = Date.now();
  harvest.supervise();
  await harvest.caughtUp(faultEnd);
  const after = await harvest.product.papers();
  return finish(harvest, {
    ...story,
    wanted: 1,
    faultEnd,
    checks: [
      check(`it ended with ${String(code)}`, ended.code === code, ended.code),
      check('it did not complain', !/Error|\n\s+at /.test(ended.stderr), ended.stderr.slice(0, 300)),
      check('there was more to come', before.length < after.length, `${String(before.length)} papers`),
      acknowledgedKept(before, after),
    ],
  });
}
