import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canTrace } from '../../kill/strace.ts';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Harvest } from './harvest.ts';
import { finish } from './outcome.ts';
import { kill } from '../../product/processes.ts';

const posix = (): string | null =>
  process.platform === 'win32' ? 'ulimit, which Windows does not have' : null;
const HELD_MS = 4_000;

/** The system gives no more of something. */
export const spawningFaults: readonly Fault[] = [
  {
    name: 'no new process',
    layer: 'process',
    about: 'the engine is killed, and the system refuses its supervisor a new process (EAGAIN) for a while',
    holds: 'the supervisor lives, tries again with growing delays, and goes on once it is given one',
    quick: false,
    missing: () => (canTrace() ? null : 'Linux and strace'),
    play: playNoProcess,
  },
  {
    name: 'descriptors exhausted',
    layer: 'process',
    about:
      'the engine has taken every descriptor that its limit (ulimit -n) allows, for 4 s, in the middle of a harvest',
    holds: 'nothing is lost, and it goes on by itself once there are descriptors again',
    quick: false,
    missing: posix,
    play: playDescriptors,
  },
];

async function playNoProcess(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, { more: { dashboard: { port: 0 } } });
  const supervisor = harvest.supervise();
  await harvest.pages(3);
  const trace = join(stage.folder, 'clone.txt');
  const calls = 'clone,clone3,fork,vfork';
  const tracer = spawn(
    'strace',
    ['-o', trace, '-p', String(supervisor.pid), '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EAGAIN`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  stage.defer(() => void tracer.kill('SIGKILL'));
  let said = '';
  tracer.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await harvest.until('strace at the supervisor', () => said.includes('attached'));
  const refused = (): number =>
    existsSync(trace) ? readFileSync(trace, 'utf8').split('(INJECTED)').length - 1 : 0;
  const faultAt = Date.now();
  kill(harvest.engine(), 'SIGKILL');
  await harvest.until('two refusals', () => refused() >= 2);
  const lived = supervisor.child.exitCode === null && supervisor.child.signalCode === null;
  const gone = new Promise((resolve) => {
    tracer.once('close', resolve);
  });
  tracer.kill('SIGINT');
  await gone;
  const faultEnd = Date.now();
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: refused(),
    wanted: 2,
    faultAt,
    faultEnd,
    detected: ({ kind }) => kind === 'engine-exited',
    checks: [check('the supervisor lives', lived, supervisor.child.exitCode)],
    evidence: `${String(refused())} refusals`,
  });
}

async function playDescriptors(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage);
  harvest.supervise({
    under: ['sh', '-c', 'ulimit -n 200 && exec "$@"', 'sh'],
    env: harvest.misbehaving({ what: 'descriptors', phase: 'parse', nth: 4, forMs: HELD_MS }),
  });
  const { at: faultAt } = await harvest.until('the last descriptor', () =>
    harvest.evidence().find(({ what }) => what === 'EMFILE'),
  );
  const back = await harvest.until('their return, or the end of the engine', () =>
    [
      ...harvest.evidence().filter(({ what }) => what === 'given-back'),
      ...harvest.events().filter(({ kind }) => kind === 'engine-exited'),
    ].at(0),
  );
  await harvest.caughtUp(back.at);
  return finish(harvest, {
    injected: harvest.evidence().filter(({ what }) => what === 'EMFILE').length,
    wanted: 1,
    faultAt,
    faultEnd: back.at,
    checks: [],
    evidence: `${String(harvest.engines().length)} engines, no descriptor for ${String(back.at - faultAt)} ms`,
  });
}
