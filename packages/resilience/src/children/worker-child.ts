import { Worker } from 'node:worker_threads';
import type { ChildContext, ChildSpec } from '../tree/child-spec.ts';
import { ChildError } from './child-error.ts';
import { escapeText, LastWords } from './last-words.ts';
import { Leash } from './leash.ts';
import type { Ending } from './leash.ts';
import { workerPlan } from './worker-options.ts';
import type { WorkerChildOptions, WorkerPlan } from './worker-options.ts';

/**
 * A worker thread as a child of a supervisor: `{ id, kind, start: workerChild({ file: new URL('job.js', …) }) }`. Each
 * run is a new thread. Exit code 0 is an end as planned; an error that nobody caught, another exit code and too
 * little memory are failures (`ChildError`). Told to stop it is asked by the message `{ type: 'stop' }`, and after
 * `killAfterMs` terminated: unlike a function it is never left at work.
 *
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) naming the field.
 */
export function workerChild(options: WorkerChildOptions): ChildSpec['start'] {
  const plan = workerPlan(options);
  return (context) => runWorker(plan, context);
}

async function runWorker(plan: WorkerPlan, { signal, ready }: ChildContext): Promise<void> {
  signal.throwIfAborted();
  const worker = started(plan);
  const words = new LastWords();
  const ended = endOf(worker);
  const terminate = (): void => void worker.terminate();
  const ask = plan.stop === 'terminate' ? terminate : () => worker.postMessage({ type: 'stop' });
  const leash = new Leash({ ...plan, signal, ask, kill: terminate });
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    words.hear(text);
    if (plan.options.stderr !== true) process.stderr.write(text);
  });
  worker.on('message', () => leash.heard());
  worker.once(plan.ready, () => ready());
  let broken: { readonly error: unknown } | undefined;
  try {
    plan.onStarted?.(worker);
  } catch (error) {
    broken = { error };
    terminate();
  }
  const end = await ended;
  leash.release();
  if (broken !== undefined) throw broken.error;
  settle(plan, end, leash.ending, words.text);
}

/** @throws ChildError (`ERR_CHILD_START`) when the file or the options are refused. */
function started(plan: WorkerPlan): Worker {
  try {
    return new Worker(plan.file, { ...plan.options, stderr: true });
  } catch (cause) {
    throw new ChildError('ERR_CHILD_START', nameOf(plan), 'could not be started', { cause });
  }
}

interface WorkerEnd {
  readonly exitCode: number;
  readonly error?: { readonly cause: unknown };
}

function endOf(worker: Worker): Promise<WorkerEnd> {
  const { promise, resolve } = Promise.withResolvers<WorkerEnd>();
  let error: { readonly cause: unknown } | undefined;
  worker.on('error', (cause: unknown) => (error ??= { cause }));
  worker.once('exit', (exitCode) => resolve(error === undefined ? { exitCode } : { exitCode, error }));
  return promise;
}

/** @throws ChildError unless it ended as it should. */
function settle(plan: WorkerPlan, { exitCode, error }: WorkerEnd, ending: Ending, stderr: string): void {
  const details = { exitCode, stderr, cause: error?.cause };
  const subject = nameOf(plan);
  if (ending === 'too-long') {
    throw new ChildError('ERR_CHILD_KILLED', subject, 'was terminated: asked to end it lived on', details);
  }
  if (ending === 'silent') {
    throw new ChildError('ERR_CHILD_SILENT', subject, 'was terminated: it gave no sign of life', details);
  }
  if (error !== undefined) {
    throw new ChildError('ERR_CHILD_EXIT', subject, 'ended by an error that nobody caught', details);
  }
  if (exitCode === 0 || (ending === 'asked' && plan.stop === 'terminate')) return;
  throw new ChildError('ERR_CHILD_EXIT', subject, `ended with exit code ${exitCode}`, details);
}

function nameOf({ file, options }: WorkerPlan): string {
  const name = options.name ?? (options.eval === true ? 'of a text' : String(file));
  return `Worker ${escapeText(name)}`;
}
