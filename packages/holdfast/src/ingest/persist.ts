import { classify } from '@holdfast/resilience';
import type { WaitNotice } from '../model/event.ts';
import { codeOf } from './fetcher.ts';
import type { Commit, CommitResult } from '../store/port.ts';
import type { IngestDeps } from './deps.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Runs something that writes, until our own disk lets it: a full, read-only or failing disk is waited for,
 * visibly, and what was fetched stays in memory meanwhile. A commit is safe to repeat, since its batch has
 * an id. Every other error is the caller's, that of a store which another engine owns included.
 */
export async function untilWritable<T>(
  deps: Pick<IngestDeps, 'clock' | 'onWritable'>,
  write: () => Promise<T>,
  signal: AbortSignal,
  onWait: (wait: WaitNotice) => void,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const written = await write();
      if (attempt > 1) deps.onWritable?.();
      return written;
    } catch (error) {
      if (!isDisks(error, signal)) throw error;
      const { notice, delayMs } = diskWait(error, attempt, deps.clock);
      onWait(notice);
      await deps.clock.sleep(delayMs, { signal });
    }
  }
}

/** As `untilWritable` for the transaction of a page, whose own time is told. */
export function commitPage(
  deps: Pick<IngestDeps, 'clock' | 'store' | 'onCommitted' | 'onWritable'>,
  commit: Commit,
  signal: AbortSignal,
  onWait: (wait: WaitNotice) => void,
): Promise<CommitResult> {
  return untilWritable(
    deps,
    async () => {
      const start = deps.clock.monotonic();
      const result = await deps.store.commit(commit);
      if (commit.page !== null) deps.onCommitted?.(deps.clock.monotonic() - start);
      return result;
    },
    signal,
    onWait,
  );
}

/** Whether our own disk refused. A store that another engine owns is no trouble of the disk. */
export function isDisks(error: unknown, signal: AbortSignal): boolean {
  return classify(error, { signal }).category === 'local' && codeOf(error) !== 'ERR_STORE_LOCKED';
}

/** How long the disk is waited for after so many attempts, growing to half a minute, and what is shown meanwhile. */
export function diskWait(
  error: unknown,
  attempt: number,
  clock: Pick<IngestDeps['clock'], 'now'>,
): { readonly notice: WaitNotice; readonly delayMs: number } {
  const delayMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_WAIT_MS);
  const message = error instanceof Error ? error.message : String(error);
  const hint = (error as { hint?: unknown } | null)?.hint;
  const notice: WaitNotice = {
    why: 'disk',
    reason: `${message} Nothing is lost: what is in hand is kept in memory and written as soon as the disk allows.`,
    until: clock.now() + delayMs,
    attempt,
    error: { code: codeOf(error), message, hint: typeof hint === 'string' ? hint : '' },
  };
  return { notice, delayMs };
}
