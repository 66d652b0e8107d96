import type { Clock } from '@holdfast/resilience/clock';
import { outputError } from './output-error.ts';

/** Something about an output that a person should read once. */
export interface OutputNotice {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What keeps an output up to date. */
export interface OutputDeps {
  readonly path: string;
  readonly clock: Clock;
  readonly notice: (notice: OutputNotice) => void;
  /** Why it cannot be written, as a sentence, and when that is tried again (wall ms); null = it can. */
  readonly trouble: (summary: string | null, nextAttemptAt: number | null) => void;
}

/** When an output ends. */
export interface OutputEnd {
  /** The harvest is over: what is left is written, then it ends. */
  readonly harvested: AbortSignal;
  /** The engine is to end now, whatever is left. */
  readonly stop: AbortSignal;
}

const EVERY_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** An output that is brought up to date step by step. */
export interface Kept {
  /** Whether it came to the end of what there was to write; a stop may keep it from that. */
  readonly step: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/**
 * Brings an output up to date again and again, until the harvest is over and the last step has succeeded, or the engine
 * stops. A step that fails is told, and tried again after a growing wait: an output never ends the engine. Resolves with
 * why the file does not hold everything, as a sentence; null when it does, as far as the engine came.
 */
export async function keepTrying(
  { clock, path, trouble }: OutputDeps,
  { harvested, stop }: OutputEnd,
  { step, close }: Kept,
  everyMs = EVERY_MS,
): Promise<string | null> {
  for (let failures = 0; ;) {
    // Looked at before the step: what is committed until then is in it.
    const isLast = harvested.aborted;
    let isWhole: boolean;
    try {
      isWhole = await step();
      failures = 0;
      trouble(null, null);
    } catch (error) {
      failures += 1;
      await close().catch(() => undefined);
      const wait = waitAfter(failures);
      const { message } = outputError(path, error);
      trouble(message, clock.now() + wait);
      if (stop.aborted) return message;
      await clock.sleep(wait, { signal: stop }).catch(() => undefined);
      continue;
    }
    if (isLast || !isWhole) {
      await close();
      return isWhole ? null : `${path} was not written to its end when the time was up.`;
    }
    await clock.sleep(everyMs, { signal: harvested }).catch(() => undefined);
  }
}

function waitAfter(failures: number): number {
  return Math.min(EVERY_MS * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT_MS);
}
