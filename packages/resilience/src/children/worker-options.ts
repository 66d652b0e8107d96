import type { Worker, WorkerOptions } from 'node:worker_threads';
import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError } from '../errors.ts';
import { heartbeatOf, killAfter, oneOf } from './process-options.ts';

/** A worker thread as a child of a supervisor. */
export interface WorkerChildOptions {
  /** As `new Worker` takes it. */
  readonly file: string | URL;
  /** As `new Worker` takes them; with `stderr: true` what it writes there is not shown. */
  readonly options?: WorkerOptions;
  /** When it is up: once its thread runs (default), or with its first message. */
  readonly ready?: 'online' | 'message';
  /** How it is asked to end: by the message `{ type: 'stop' }` (default), or not at all but terminated at once. */
  readonly stop?: 'message' | 'terminate';
  /** After so long, in time lived through, it is terminated; default 4 s. Keep it below `shutdownMs`. */
  readonly killAfterMs?: Duration;
  /** It is terminated, and has failed, when so much time was lived through without a message; default never. */
  readonly heartbeat?: Duration;
  /** Is given each worker once it was made, to talk with it. Do not end it. */
  readonly onStarted?: (worker: Worker) => void;
  readonly clock?: Clock;
}

/** Options, checked once and with defaults. */
export interface WorkerPlan {
  readonly file: string | URL;
  readonly options: WorkerOptions;
  readonly ready: 'online' | 'message';
  readonly stop: 'message' | 'terminate';
  readonly killAfterMs: number;
  readonly heartbeatMs: number | undefined;
  readonly onStarted: ((worker: Worker) => void) | undefined;
  readonly clock: Clock;
}

/** @throws InvalidOptionError naming the field. */
export function workerPlan(child: WorkerChildOptions): WorkerPlan {
  const { file, options = {}, ready = 'online', stop = 'message', onStarted } = child;
  if (!(file instanceof URL) && (typeof file !== 'string' || file === '')) {
    throw new InvalidOptionError('file', 'must be a path or a URL');
  }
  oneOf('ready', ready, ['online', 'message']);
  oneOf('stop', stop, ['message', 'terminate']);
  return {
    file,
    options,
    ready,
    stop,
    killAfterMs: killAfter(child.killAfterMs),
    heartbeatMs: heartbeatOf(child.heartbeat),
    onStarted,
    clock: child.clock ?? systemClock,
  };
}
