import type { Clock, Random } from '@holdfast/resilience/clock';
import { classify, type Category } from '@holdfast/resilience';
import type { WaitNotice } from '../model/event.ts';
import { codeOf } from './fetcher.ts';
import { diskWait, isDisks } from './persist.ts';

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

/** What tells how long to wait. `offline`: this machine has no network. */
interface Tools {
  readonly clock: Clock;
  readonly random: Random;
  readonly offline: boolean;
}

/**
 * The wait after so many failed steps in a row: an upstream that gave no answer, or our own disk, which refuses any
 * write of a step, a claim as well as a commit. The step is done again from what is stored. Anything else is not the
 * source's to handle, and thrown.
 */
export function waitAfter(
  error: unknown,
  failures: number,
  tools: Tools,
  signal: AbortSignal,
): { readonly notice: WaitNotice; readonly delayMs: number } {
  if (isDisks(error, signal)) return diskWait(error, failures, tools.clock);
  if (isUpstreams(error, signal)) return failureWait(error, failures, tools);
  throw error;
}

/** Whether an error says that an upstream gave no answer. One of our own store says nothing of any upstream. */
function isUpstreams(error: unknown, signal: AbortSignal): boolean {
  if (isStores(codeOf(error))) return false;
  return UPSTREAM.includes(classify(error, { signal }).category) || codeOf(error) === 'ERR_UPSTREAM_BLOCKED';
}

/** A window that somebody else took over meanwhile is claimed again; nothing else of the store gets better by waiting. */
function isStores(code: string): boolean {
  return code.startsWith('ERR_STORE_') && code !== 'ERR_STORE_FENCED';
}

/** Our own wait after so many failures in a row, growing to five minutes. */
function failureWait(
  error: unknown,
  failures: number,
  tools: Tools,
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
