import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server whose only call has an effect: it is counted by its path. */
export interface CountingServer {
  readonly url: string;
  count(mark: string): number;
  /** The connection of the next call is reset after it was counted. */
  resetNext(): void;
  /** How often that happened. */
  readonly resets: number;
  close(): Promise<void>;
}

/**
 * Starts it on 127.0.0.1. Each answer ends its connection: on a connection that was used before, Chromium itself sends
 * a request again when it is reset, whatever the driver does.
 */
export async function startCountingServer(): Promise<CountingServer> {
  const counts = new Map<string, number>();
  let isArmed = false;
  let resets = 0;
  const server = createServer((request, response) => {
    const mark = (request.url ?? '/').slice(1);
    counts.set(mark, (counts.get(mark) ?? 0) + 1);
    if (isArmed) {
      isArmed = false;
      resets++;
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(204, { connection: 'close', 'access-control-allow-origin': '*' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: (mark) => counts.get(mark) ?? 0,
    resetNext: () => {
      isArmed = true;
    },
    get resets() {
      return resets;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
