import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../../src/config/index.ts';
import { NO_RESTARTS } from '../../../src/model/engine-message.ts';
import type { ChildMessage } from '../../../src/model/engine-message.ts';

const MAIN = fileURLToPath(new URL('../../../src/server/main.ts', import.meta.url));

/** A server process as its supervisor starts it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Everything it has said. */
  readonly said: readonly ChildMessage[];
  readonly errors: () => string;
  /** Resolves with the first notice of this code that comes, or came. */
  notice(code: string): Promise<string>;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<number | null>;
}

/** Starts the server, from its sources, on a configuration. */
export function startServer(config: Config, env: Readonly<Record<string, string>>): ServerProcess {
  const child = fork(MAIN, {
    env: { ...process.env, ...env },
    execArgv: ['--conditions=@holdfast/source'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said: ChildMessage[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.on('message', (message: ChildMessage) => {
    said.push(message);
    for (const look of waiting) look();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code));
  });
  child.send({ type: 'start', config, restarts: NO_RESTARTS, deadlineMs: null, exits: [], deadly: [] });
  const found = (code: string): string | undefined =>
    said.flatMap((message) =>
      message.type === 'event' && message.event.kind === 'notice' && message.event.code === code
        ? [message.event.message]
        : [],
    )[0];
  return {
    child,
    said,
    errors: () => errors,
    ended,
    notice: (code) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const message = found(code);
          if (message === undefined) return;
          waiting.delete(look);
          resolve(message);
        };
        waiting.add(look);
        void ended.then((exit) => reject(new Error(`the server ended with ${exit} first: ${errors}`)));
        look();
      }),
    stop: async () => {
      if (child.connected) child.send({ type: 'stop' });
      return ended;
    },
  };
}
