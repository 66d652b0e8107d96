import type { ClientRequest, ClientRequestArgs } from 'node:http';
import type { AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { http, https } from './node-http.ts';
import { proxyRefusal } from './proxy.ts';
import type { Proxy } from './proxy.ts';

/** How a request tells the agent to give up a tunnel that is still being made. */
export interface TunnelArgs extends ClientRequestArgs {
  readonly tunnelSignal?: AbortSignal;
}

type Created = (error: Error | null, stream: Duplex) => void;

/** Makes sockets for https by CONNECT through a proxy; the certificate is the target's and is verified. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: Proxy;
  readonly #maxHeaderSize: number;

  constructor(proxy: Proxy, options: AgentOptions & { readonly maxHeaderSize: number }) {
    super(options);
    this.#proxy = proxy;
    this.#maxHeaderSize = options.maxHeaderSize;
  }

  override createConnection(args: TunnelArgs, created: Created): undefined {
    const host = args.host ?? '';
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${args.port ?? 443}`;
    const request = this.#connect(authority, args.tunnelSignal);
    // The type wants a stream beside an error too; Node reads it only without an error.
    const fail = (error: Error): void => (created as (error: Error) => void)(error);
    request.once('error', fail);
    request.once('connect', (response, socket, early) => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299 || early.length > 0) {
        socket.destroy();
        fail(proxyRefusal(status, this.#proxy));
        return;
      }
      const servername = isIP(host) === 0 ? { servername: host } : {};
      created(
        null,
        tls.connect({ socket, host, ...servername, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] }),
      );
    });
    request.end();
  }

  #connect(authority: string, signal: AbortSignal | undefined): ClientRequest {
    const { hostname, port, authorization } = this.#proxy;
    return http.request({
      host: hostname,
      port,
      method: 'CONNECT',
      path: authority,
      agent: false,
      maxHeaderSize: this.#maxHeaderSize,
      headers: {
        host: authority,
        ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
