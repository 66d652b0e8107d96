import type { StopMessage } from '../model/engine-message.ts';

/**
 * Resolves with the supervisor's first message. Every later one, and the loss of the supervisor, aborts `stopping`
 * with `stop`; rejects with it when the supervisor is lost before.
 */
export function startMessage<Start extends { readonly type: 'start' }>(
  stopping: AbortController,
  stop: Error,
): Promise<Start> {
  return new Promise((resolve, reject) => {
    process.on('message', (message: Start | StopMessage) => {
      if (message.type === 'start') resolve(message);
      else stopping.abort(stop);
    });
    process.on('disconnect', () => {
      stopping.abort(stop);
      reject(stop);
    });
    // The supervisor decides what a signal to the whole group means.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  });
}
