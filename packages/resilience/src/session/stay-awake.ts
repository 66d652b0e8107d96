import type { Clock } from '../clock/clock.ts';
import { warnOf } from '../clock/notify.ts';
import { limited } from './limited.ts';

interface Hold {
  release(): Promise<void>;
}

/** Who keeps the machine awake, for what, and until when that is waited for. */
interface Wish {
  readonly keepAwake: { acquire(reason: string): Promise<Hold> } | undefined;
  readonly reason: string;
  readonly clock: Clock;
  /** Whoever aborts does not wait for the machine; a hold that still comes is given back. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Keeps the machine awake, where somebody does that, until what it resolves to is called, which never rejects: what
 * was achieved stands, whatever becomes of the hold.
 * @throws `signal.reason` at once when it aborts, or what `acquire` threw.
 */
export async function stayAwake(wish: Wish): Promise<() => Promise<void>> {
  const { keepAwake, reason, clock, signal } = wish;
  if (keepAwake === undefined) return async () => {};
  const hold = await limited(() => keepAwake.acquire(reason), {
    clock,
    ms: Infinity,
    signal,
    late: (late) => void giveBack(late),
  });
  return async () => await giveBack(hold);
}

async function giveBack(hold: Hold): Promise<void> {
  try {
    await hold.release();
  } catch (error) {
    warnOf(error);
  }
}
