import { once } from 'node:events';
import { createServer } from 'node:http';
import type { PortalLedger } from './portal-ledger.ts';
import { settingsOf } from './portal-options.ts';
import type { PortalOptions } from './portal-options.ts';
import { serve } from './serve.ts';
import { World } from './world.ts';

/** A portal that listens. */
export interface Portal {
  /** Without a slash at the end. */
  readonly url: string;
  /** Everything that was done to it. */
  readonly ledger: Pick<PortalLedger, 'entries' | 'of'>;
  /** Ends every connection and stops listening. Harmless when repeated. */
  close(): Promise<void>;
}

/** Starts a portal on 127.0.0.1. Rejects with the system's error, such as EADDRINUSE. */
export async function startPortal(options: PortalOptions = {}): Promise<Portal> {
  const settings = settingsOf(options);
  const world = new World(settings);
  const ending = new AbortController();
  const onRequest = serve(world, ending.signal);
  const server = createServer((request, response) => {
    onRequest(request, response).catch((error: unknown) => {
      // A request that broke off, or one that was still waiting when the portal ended, has nobody to answer.
      if (request.destroyed || ending.signal.aborted) response.destroy();
      else response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : settings.port;
  world.ledger.add('started', { seed: settings.seed });
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: world.ledger,
    close: async () => {
      if (ending.signal.aborted) return;
      ending.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      world.ledger.close();
    },
  };
}
