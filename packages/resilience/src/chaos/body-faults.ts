import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import { parseDuration } from '../clock/duration.ts';
import { InvalidOptionError } from '../errors.ts';
import { dripping, endingAfter } from './body-stream.ts';
import type { Bytes } from './body-stream.ts';
import { faultError } from './faults.ts';
import { injector } from './injector.ts';
import type { Chosen, CountedChaos } from './injector.ts';
import { chaosPlan } from './options.ts';
import type { ChaosOptions } from './options.ts';

/** Which answers are hit; a body exists only after the call. */
export type BodyFaultOptions = Omit<ChaosOptions, 'phase'>;

/** Where a body is cut. */
export interface CutOptions extends BodyFaultOptions {
  /** So many bytes arrive before. */
  readonly afterBytes: number;
}

/**
 * The body ends early and says nothing, as when a server without Content-Length closes the connection: the length is
 * taken from the headers. Counts when something was really cut off.
 */
export function truncateBody({ afterBytes, ...options }: CutOptions): CountedChaos {
  const bytes = count(afterBytes, 'afterBytes', 0);
  return onBody('truncated-body', options, (body, { hit }) =>
    endingAfter(body, bytes, (controller, whole) => {
      if (!whole) hit();
      controller.close();
    }),
  );
}

/** The connection is reset in the middle of the body (or at its end, if it is shorter): `TypeError: terminated`. */
export function resetBody({ afterBytes, ...options }: CutOptions): CountedChaos {
  const bytes = count(afterBytes, 'afterBytes', 0);
  return onBody('reset-body', options, (body, { hit }) =>
    endingAfter(body, bytes, (controller) => {
      hit();
      controller.error(new TypeError('terminated', { cause: faultError('connection-reset') }));
    }),
  );
}

/** After so many bytes nothing more arrives, not even the end. Ends by the request's signal alone. */
export function stallBody({ afterBytes, ...options }: CutOptions): CountedChaos {
  const bytes = count(afterBytes, 'afterBytes', 0);
  return onBody('stalled-body', options, (body, { hit, call: { signal } }) =>
    endingAfter(body, bytes, (controller) => {
      hit();
      const end = (): void => controller.error(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      return new Promise(() => {});
    }),
  );
}

/** How slowly a body drips. */
export interface DripOptions extends BodyFaultOptions {
  /** The time before each piece. */
  readonly every: Duration;
  /** Bytes of a piece; default 1. */
  readonly bytes?: number;
}

/** The body arrives in small pieces, one after each interval of the given clock: no idle limit ever passes. */
export function dripBody({ every, bytes = 1, ...options }: DripOptions): CountedChaos {
  const everyMs = parseDuration(every, 'chaos.every');
  const size = count(bytes, 'bytes', 1);
  return onBody('dripping-body', options, (body, { hit, call: { signal } }, clock) =>
    dripping(body, { clock, everyMs, bytes: size, signal, onPiece: once(hit) }),
  );
}

/** What comes instead of the answer. */
export interface WrongContentOptions extends BodyFaultOptions {
  /** Default `text/html; charset=utf-8`. */
  readonly contentType?: string;
  /** Default a small page for people. */
  readonly body?: string;
}

/** Another document under status 200, as a captive portal or a proxy sends it. */
export function wrongContentType({ contentType, body, ...options }: WrongContentOptions = {}): CountedChaos {
  const type = contentType ?? 'text/html; charset=utf-8';
  const text = body ?? '<!doctype html><title>Sign in</title><p>Sign in to use this network.</p>';
  return injector(chaosPlan('wrong-content-type', options), async ({ proceed, hit }) => {
    const value = await proceed();
    if (!(value instanceof Response)) return value;
    // A body that is being read or has failed cannot be given up.
    await value.body?.cancel().catch(() => {});
    hit();
    return like(value, new Response(text, { headers: { 'content-type': type } })) as typeof value;
  });
}

function onBody(
  kind: string,
  options: BodyFaultOptions,
  change: (body: Bytes, chosen: Chosen<unknown>, clock: Clock) => Bytes,
): CountedChaos {
  const plan = chaosPlan(kind, options);
  return injector(plan, async (chosen) => {
    const value = await chosen.proceed();
    if (!(value instanceof Response) || value.body === null) return value;
    const headers = new Headers(value.headers);
    headers.delete('content-length');
    const { status, statusText } = value;
    const body = change(value.body, chosen, plan.clock);
    return like(value, new Response(body, { status, statusText, headers })) as typeof value;
  });
}

/** The address belongs to a Response that fetch made; one that was constructed has none. */
function like(original: Response, changed: Response): Response {
  const { url, redirected } = original;
  return Object.defineProperties(changed, { url: { value: url }, redirected: { value: redirected } });
}

function once(fn: () => void): () => void {
  let done = false;
  return () => {
    if (!done) fn();
    done = true;
  };
}

function count(value: number, name: string, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidOptionError(`chaos.${name}`, `must be a whole number of at least ${least}`);
}
