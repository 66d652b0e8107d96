import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ChildContext, ChildSpec } from '../tree/child-spec.ts';
import { awaitLine } from './await-line.ts';
import { ChildError } from './child-error.ts';
import { killAtExit } from './kill-at-exit.ts';
import { escapeText, LastWords } from './last-words.ts';
import { Leash } from './leash.ts';
import type { Ending } from './leash.ts';
import { ProcessFamily } from './process-family.ts';
import { processPlan } from './process-options.ts';
import type { ProcessChildOptions, ProcessPlan } from './process-options.ts';

/** How long a pipe that a stranger may hold open is waited for, once the process has ended. */
const FLUSH_MS = 200;

interface Exit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A process as a child of a supervisor: `{ id, kind, start: processChild({ command: 'node', args: ['job.js'] }) }`.
 * Each run is a new process. Exit code 0 is an end as planned; everything else is a failure (`ChildError` with exit
 * code, signal and last words). Told to stop it is asked, and after `killAfterMs` killed, and in every case nothing
 * that it started is left when the run is over, except what made a group of its own and lost its parent before.
 *
 * When this process ends by itself its children are killed. When it is killed it can do nothing: a child with a
 * channel (`ipc`) gets `disconnect` then, and should end itself.
 *
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) naming the field.
 */
export function processChild(options: ProcessChildOptions): ChildSpec['start'] {
  const plan = processPlan(options);
  return (context) => runProcess(plan, context);
}

async function runProcess(plan: ProcessPlan, { signal, ready }: ChildContext): Promise<void> {
  signal.throwIfAborted();
  const child = await started(plan);
  const words = new LastWords();
  const family = new ProcessFamily(child, plan.leads);
  const ended = endOf(child);
  const letBe = killAtExit(() => family.kill());
  const leash = new Leash({
    ...plan,
    signal,
    ask: () => ask(plan, child, family),
    kill: () => {
      family.look();
      family.kill();
    },
  });
  const broken = attend(plan, child, { words, ready, heard: () => leash.heard() });
  if (broken !== undefined) family.kill();
  const exit = await ended;
  leash.release();
  letBe();
  await family.sweep(plan.clock);
  await flushed(child, plan);
  if (broken !== undefined) throw broken.error;
  settle(plan, exit, leash.ending, words.text);
}

/** @throws ChildError (`ERR_CHILD_START`) when there is no such program, or it must not be run. */
async function started(plan: ProcessPlan): Promise<ChildProcess> {
  const stdio: ('ignore' | 'inherit' | 'pipe')[] = [
    'ignore',
    plan.awaitedLine === undefined ? plan.stdout : 'pipe',
    'pipe',
  ];
  try {
    const child = spawn(plan.command, plan.args, {
      ...plan.options,
      detached: plan.leads,
      stdio: plan.ipc ? [...stdio, 'ipc'] : stdio,
    });
    // What else goes wrong with the handle, such as a message to one that has ended, shows in its end.
    if (child.pid !== undefined) return child.on('error', () => undefined);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    child.once('error', resolve);
    throw await promise;
  } catch (cause) {
    throw new ChildError('ERR_CHILD_START', nameOf(plan), 'could not be started', { cause });
  }
}

function endOf(child: ChildProcess): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  return promise;
}

/** Listens to what the process says, and tells when it is ready. Returns what `onStarted` threw. */
function attend(
  plan: ProcessPlan,
  child: ChildProcess,
  {
    words,
    ready,
    heard,
  }: { readonly words: LastWords; readonly ready: () => void; readonly heard: () => void },
): { readonly error: unknown } | undefined {
  read(child.stderr, (text) => {
    words.hear(text);
    if (plan.stderr === 'inherit') process.stderr.write(text);
  });
  if (plan.ipc) child.on('message', heard);
  if (plan.awaitedLine === undefined) {
    if (plan.ready === 'message') child.once('message', () => ready());
    else ready();
  } else {
    const look = awaitLine(plan.awaitedLine, ready);
    read(child.stdout, (text) => {
      if (plan.stdout === 'inherit') process.stdout.write(text);
      look(text);
    });
  }
  try {
    plan.onStarted?.(child);
  } catch (error) {
    return { error };
  }
  return undefined;
}

function read(stream: Readable | null, onText: (text: string) => void): void {
  stream?.setEncoding('utf8').on('data', onText);
}

function ask({ stop, stopSignal }: ProcessPlan, child: ChildProcess, family: ProcessFamily): void {
  family.look();
  if (stop === 'signal') family.ask(stopSignal);
  else if (!child.connected) family.ask(stopSignal);
  else if (stop === 'disconnect') child.disconnect();
  // One that ends in this moment cannot be told; its end is what was wanted.
  else child.send({ type: 'stop' }, () => undefined);
}

/** Its last words may still be in the pipe, which a stranger to whom it was handed may hold open for ever. */
async function flushed(child: ChildProcess, { clock }: ProcessPlan): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.closed);
  if (streams.length === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  const timer = clock.timer(FLUSH_MS, resolve);
  await promise;
  timer.cancel();
  for (const stream of streams) stream?.destroy();
}

/** @throws ChildError unless it ended as it should. */
function settle(plan: ProcessPlan, exit: Exit, ending: Ending, stderr: string): void {
  const subject = nameOf(plan);
  const details = { ...exit, stderr };
  if (ending === 'too-long') {
    throw new ChildError('ERR_CHILD_KILLED', subject, `was killed: asked to end it lived on`, details);
  }
  if (ending === 'silent') {
    throw new ChildError('ERR_CHILD_SILENT', subject, `was killed: it gave no sign of life`, details);
  }
  if (exit.exitCode === 0 || (ending === 'asked' && obeyed(exit, plan.stopSignal))) return;
  const how = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`;
  throw new ChildError('ERR_CHILD_EXIT', subject, `ended with ${how}`, details);
}

/** Ended by the signal, or by the exit code that shells and many programs make of it. */
function obeyed({ exitCode, signal }: Exit, stopSignal: NodeJS.Signals): boolean {
  return signal === stopSignal || exitCode === 128 + constants.signals[stopSignal];
}

function nameOf({ command }: ProcessPlan): string {
  return `Process ${escapeText(command)}`;
}
