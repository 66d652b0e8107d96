import type { Clock, Random } from '@holdfast/resilience/clock';
import { classify, type Category } from '@holdfast/resilience';
import type { WaitNotice } from '../model/event.ts';
import { codeOf } from './fetcher.ts';

const LONGEST_MS = 300_000;
const UPSTREAM: readonly Category[] = [
  'network',
  'dns',
  'tls',
  'timeout',
  'rate-limit',
  'auth-expired',
  'permanent',
  'unknown',
];

/** Whether an error says that an upstream gave no answer: that is waited for. Anything else is not the source's to handle. */
export function isUpstreams(error: unknown, signal: AbortSignal): boolean {
  return UPSTREAM.includes(classify(error, { signal }).category) || codeOf(error) === 'ERR_UPSTREAM_BLOCKED';
}

/** Our own wait after so many failures in a row, growing to five minutes. `offline`: this machine has no network. */
export function failureWait(
  error: unknown,
  failures: number,
  tools: { readonly clock: Clock; readonly random: Random; readonly offline: boolean },
): { readonly notice: WaitNotice; readonly delayMs: number } {
  const ceiling = Math.min(2 ** Math.min(failures, 20) * 1000, LONGEST_MS);
  const delayMs = ceiling / 2 + tools.random.next() * (ceiling / 2);
  const message = error instanceof Error ? error.message : String(error);
  const offline = tools.offline || classify(error).category === 'dns';
  const notice: WaitNotice = {
    why: offline ? 'offline' : 'backoff',
    reason: message,
    until: Math.ceil(tools.clock.now() + delayMs),
    attempt: failures,
    error: { code: codeOf(error), message, hint: 'Nothing to do: it is tried again by itself.' },
  };
  return { notice, delayMs };
}
