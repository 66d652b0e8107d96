import { lookup as lookUp } from 'node:dns/promises';
import { createConnection, createServer } from 'node:net';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import type { Clock } from '@holdfast/resilience/clock';
import type { Config, SourceConfig } from '../../config/index.ts';
import { httpTransport } from '../../transport/http-transport.ts';
import { userAgent } from '../../transport/user-agent.ts';
import { readVersion } from '../../version.ts';
import { partUrl } from '../by-path.ts';
import type { Io } from '../io.ts';
import type { Probed, ProbedSource } from './probe-source.ts';
import { probeSource } from './probe-source.ts';

const PATIENCE_MS = 2_000;
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/** Finds a name as the harvest would. */
export function lookup(host: string): Promise<unknown> {
  return lookUp(host);
}

/** `free` when the address can be listened on, else the code of the error. */
export function tryPort(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

/** Whether anybody listens on a socket; in doubt somebody does. */
export function listens(path: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (answer: boolean): void => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    const timer = clock.timer(PATIENCE_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(!NOBODY.has(code ?? '')));
  });
}

/** Probes of sources through the machine's gates; the parts of the engine are loaded when the first one is asked. */
export function prober(io: Io, config: Config): (source: SourceConfig) => Promise<Probed> {
  return async (source) => {
    const { makeSource } = (await import(partUrl('engine/source-factory').href)) as {
      makeSource: (of: SourceConfig) => ProbedSource;
    };
    const state = sqliteState(config.stateDir, { clock: io.clock });
    try {
      const transport = httpTransport({
        clock: io.clock,
        env: io.env,
        userAgent: userAgent(readVersion(), config.contact ?? undefined),
      });
      try {
        return await probeSource(source, { clock: io.clock, state, transport, makeSource });
      } finally {
        await transport.close();
      }
    } finally {
      await state.close();
    }
  };
}
