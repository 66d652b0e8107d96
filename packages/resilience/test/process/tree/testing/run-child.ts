import type { ChildSpec } from '../../../../src/tree/index.ts';

/** One run of a child, as a supervisor would start it. */
export interface Run {
  /** Resolves when it is ready; rejects when it ended before. */
  readonly ready: Promise<void>;
  /** Its failure, or undefined when it ended as it should. */
  readonly ended: Promise<unknown>;
  readonly stop: () => void;
  readonly signal: AbortSignal;
}

/** Starts one. */
export function run(start: ChildSpec['start']): Run {
  const controller = new AbortController();
  const up = Promise.withResolvers<void>();
  const ended = start({ signal: controller.signal, ready: up.resolve }).then(
    () => undefined,
    (error: unknown) => error,
  );
  void ended.then((error) => up.reject(error ?? new Error('it ended before it was ready')));
  up.promise.catch(() => undefined);
  return { ready: up.promise, ended, stop: () => controller.abort(), signal: controller.signal };
}
