import http from 'node:http';
import https from 'node:https';
import type { Clock } from '@holdfast/resilience/clock';
import { parseRetryAfter } from '@holdfast/resilience';
import { HoldfastError } from '../model/error.ts';

/** One request to a service of the user's own. */
export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/**
 * Sends one request and resolves when the answer says that it was accepted (2xx) and has ended.
 * @throws HoldfastError `ERR_CALL_STATUS` (with `retryAfterMs` when the answer names a wait), `ERR_CALL_TIMEOUT`,
 * `ERR_CALL`; the signal's reason when it aborts.
 */
export type CallHttp = (call: HttpCall, signal: AbortSignal) => Promise<void>;

/** The answer of a service refused a call. */
export class RefusedCall extends HoldfastError {
  readonly retryAfterMs?: number;

  constructor(host: string, status: number, retryAfterMs: number | undefined) {
    super('ERR_CALL_STATUS', `${host} answered with HTTP ${status}.`, {
      hint: 'Check the address, and what the service says about it.',
    });
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** Calls over node:http and node:https. Certificates are always verified, redirects are not followed. */
export function httpCaller({
  clock,
  env,
}: {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}): CallHttp {
  return async (call, signal) => {
    const url = new URL(call.url);
    const limit = new AbortController();
    const timer = clock.timer(call.timeoutMs, () =>
      limit.abort(
        new HoldfastError('ERR_CALL_TIMEOUT', `${url.host} did not answer within ${call.timeoutMs} ms.`, {
          hint: 'Check that the service is there.',
        }),
      ),
    );
    try {
      const both = AbortSignal.any([signal, limit.signal]);
      const { status, retryAfter } = await exchange(call, url, env, both);
      if (status >= 200 && status < 300) return;
      throw new RefusedCall(url.host, status, parseRetryAfter(retryAfter, { now: clock.now() })?.waitMs);
    } finally {
      timer.cancel();
    }
  };
}

interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

function exchange(
  { method, headers, body }: HttpCall,
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(signal.aborted ? (signal.reason as Error) : callError(url, error));
    const secure = url.protocol === 'https:';
    const agent = secure
      ? new https.Agent({ proxyEnv: env, rejectUnauthorized: true })
      : new http.Agent({ proxyEnv: env });
    const request = (secure ? https : http).request(
      url,
      {
        method,
        agent,
        signal,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        response.on('error', fail);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }),
        );
        // What it says beside its status is of no use, but has to be read to its end.
        response.resume();
      },
    );
    request.on('error', fail);
    request.on('close', () => agent.destroy());
    request.end(body);
  });
}

function callError(url: URL, cause: unknown): HoldfastError {
  const { message } = cause as { message?: string };
  return new HoldfastError(
    'ERR_CALL',
    `${url.host} could not be reached: ${message === undefined || message === '' ? String(cause) : message}`,
    { hint: 'Check the address and the network.', cause },
  );
}
