import type { Agent } from 'node:http';
import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import { http, https } from './node-http.ts';
import type { Answer, Exchange, Transport } from './port.ts';
import { proxiesOf } from './proxy.ts';
import type { Environment, Proxy, ProxyChoice } from './proxy.ts';
import { runExchange } from './run-exchange.ts';
import type { Route } from './run-exchange.ts';
import { TunnelAgent } from './tunnel-agent.ts';
import { Turns } from './turns.ts';

/** Longest head of an answer in bytes; more is `ERR_HEADERS_TOO_LARGE`. */
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Before the next address of a host is tried, in ms. Node gives each 250, and gives up those before the last one:
 * too short for a slow line, where it would leave only the address that does not work at all.
 */
const ADDRESS_ATTEMPT_MS = 2_500;

const AGENT = {
  keepAlive: true,
  maxFreeSockets: 1,
  autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
} as const;

/** What the transport is made from. */
export interface HttpTransportOptions {
  readonly clock: Clock;
  /** The User-Agent header; see `userAgent`. */
  readonly userAgent: string;
  /** Where the proxy variables are read, once. */
  readonly env: Environment;
}

/**
 * The transport over node:http and node:https. Certificates are always verified; further authorities are named
 * by NODE_EXTRA_CA_CERTS, which Node reads itself.
 * @throws HoldfastError `ERR_TLS_VERIFICATION_OFF` when NODE_TLS_REJECT_UNAUTHORIZED is 0, `ERR_PROXY_URL`.
 */
export function httpTransport(options: HttpTransportOptions): Transport {
  if (options.env['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    throw new HoldfastError(
      'ERR_TLS_VERIFICATION_OFF',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates.',
      {
        hint: 'Unset it. A private certificate authority is named by NODE_EXTRA_CA_CERTS=/path/to/ca.pem.',
        verdict: {
          category: 'permanent',
          scope: 'none',
          safeToReplay: 'no',
          evidence: 'class',
          code: 'ERR_TLS_VERIFICATION_OFF',
        },
      },
    );
  }
  return new HttpTransport(options, proxiesOf(options.env));
}

/** Modes: open, then closed. While open, one exchange per origin runs; one idle socket per origin is kept. */
class HttpTransport implements Transport {
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #proxyFor: ProxyChoice;
  readonly #plain = new http.Agent(AGENT);
  readonly #secure = new https.Agent({ ...AGENT, rejectUnauthorized: true });
  readonly #tunnels = new Map<Proxy, TunnelAgent>();
  readonly #turns = new Turns();
  readonly #closing = new AbortController();

  constructor(options: HttpTransportOptions, proxyFor: ProxyChoice) {
    this.#clock = options.clock;
    this.#userAgent = options.userAgent;
    this.#proxyFor = proxyFor;
  }

  async send(exchange: Exchange, caller: AbortSignal): Promise<Answer> {
    const signal = AbortSignal.any([caller, this.#closing.signal]);
    signal.throwIfAborted();
    const url = urlOf(exchange.url);
    const release = await this.#turns.take(url.origin, signal);
    try {
      signal.throwIfAborted();
      const headers = {
        'user-agent': this.#userAgent,
        'accept-encoding': 'gzip, deflate',
        ...lowerCase(exchange.headers),
      };
      return await runExchange({
        exchange,
        url,
        headers,
        route: this.#route(url),
        clock: this.#clock,
        signal,
      });
    } finally {
      release();
    }
  }

  reset(): void {
    for (const agent of this.#agents()) {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }

  close(): Promise<void> {
    this.#closing.abort(
      new HoldfastError('ERR_TRANSPORT_CLOSED', 'The transport was closed.', {
        hint: 'Holdfast is shutting down.',
        verdict: {
          category: 'cancelled',
          scope: 'none',
          safeToReplay: 'no',
          evidence: 'event',
          code: 'ERR_TRANSPORT_CLOSED',
        },
      }),
    );
    for (const agent of this.#agents()) agent.destroy();
    return Promise.resolve();
  }

  #route(url: URL): Route {
    const proxy = this.#proxyFor(url);
    const maxHeaderSize = MAX_HEADER_BYTES;
    if (url.protocol === 'http:') return { agent: this.#plain, proxy, maxHeaderSize };
    return { agent: proxy === null ? this.#secure : this.#tunnel(proxy), proxy, maxHeaderSize };
  }

  #tunnel(proxy: Proxy): TunnelAgent {
    const known = this.#tunnels.get(proxy);
    if (known !== undefined) return known;
    const agent = new TunnelAgent(proxy, {
      ...AGENT,
      rejectUnauthorized: true,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    this.#tunnels.set(proxy, agent);
    return agent;
  }

  #agents(): readonly Agent[] {
    return [this.#plain, this.#secure, ...this.#tunnels.values()];
  }
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new HoldfastError('ERR_URL', `"${text.slice(0, 200)}" is not an http or https URL.`, {
    hint: 'Check the base URL of the source.',
    verdict: { category: 'permanent', scope: 'call', safeToReplay: 'no', evidence: 'class', code: 'ERR_URL' },
  });
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
