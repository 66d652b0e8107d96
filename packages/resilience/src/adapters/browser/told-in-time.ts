import type { Clock } from '../../clock/clock.ts';
import { within } from './within.ts';

/** A page that is silent so long is in a loop of its own: its origin is then read from a page of ours. */
const SILENCE_MS = 1_000;
/** One that answers may have megabytes to tell, which another page sees only later. */
const TELLING_MS = 20_000;

/**
 * What a page tells of its storage. `ping` is asked of the same page before, and costs it nothing.
 * @throws TimeoutError when it does not answer, and what `telling` rejects with.
 */
export async function toldInTime<T>(clock: Clock, ping: Promise<unknown>, telling: Promise<T>): Promise<T> {
  telling.catch(() => {
    // Nobody may be waiting for it any more when it fails.
  });
  await within({ clock, ms: SILENCE_MS }, ping);
  return await within({ clock, ms: TELLING_MS }, telling);
}
