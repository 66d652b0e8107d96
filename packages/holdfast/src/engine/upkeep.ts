import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import { diskForecast } from '../model/disk-forecast.ts';
import type { Store } from '../store/port.ts';

/** What upkeep works with. */
export interface UpkeepOptions {
  readonly store: Pick<Store, 'maintain' | 'diskSamples'>;
  readonly clock: Clock;
  /** The upstreams' time by their last answers, wall ms; null before any named one. */
  readonly upstreamNow: () => number | null;
  /** ms; null = raw pages are kept for ever. */
  readonly keepRawMs: number | null;
  /** Bytes; null = only the disk bounds the store. */
  readonly maxDisk: number | null;
  /** A disk that will be full in fewer days is told. */
  readonly diskDays: number;
  /** Bytes that may still be written; null = the system does not tell. */
  readonly freeBytes: () => Promise<number | null>;
  /** Records are being committed at this moment. */
  readonly isBusy: () => boolean;
  /** A sentence when the disk will be full too soon; null when it will not. */
  readonly onForecast: (summary: string | null) => void;
}

const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
/** Between two steps, so that commits wait in no line ... */
const STEP_MS = 100;
/** ... and longer while there are any, ms. */
const BUSY_STEP_MS = 2_000;
/** At most so many raw pages go in one step. */
const LIMIT = 200;

/** Each hour: what is too old goes, in small steps beside the harvest; then how long the disk will last. Until `signal` aborts. */
export async function keepUp(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const rest = (ms: number): Promise<void> => options.clock.sleep(ms, { signal }).catch(() => undefined);
  await rest(FIRST_MS);
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await maintain(options)))
        await rest(options.isBusy() ? BUSY_STEP_MS : STEP_MS);
      if (!signal.aborted) await forecast(options);
    } catch (error) {
      // A disk that does not let us write is waited for by the commits, visibly; upkeep has time.
      if (classify(error).category !== 'local') throw error;
    }
    await rest(EVERY_MS);
  }
}

/**
 * What is too old is decided by the earlier of our clock and the upstreams': a clock that is years ahead drops nothing.
 * Before an upstream has told its time, nothing grows either.
 */
async function maintain({ store, clock, upstreamNow, keepRawMs }: UpkeepOptions): Promise<boolean> {
  const theirs = upstreamNow();
  if (theirs === null) return false;
  const now = Math.floor(Math.min(clock.now(), theirs));
  return (await store.maintain({ now, keepRawMs, limit: LIMIT })).more;
}

async function forecast({
  store,
  clock,
  maxDisk,
  diskDays,
  freeBytes,
  onForecast,
}: UpkeepOptions): Promise<void> {
  const free = (await freeBytes()) ?? Number.POSITIVE_INFINITY;
  const samples = await store.diskSamples();
  const { fullInDays } = diskForecast({ samples, freeBytes: free, maxDisk, now: clock.now() });
  const isSoon = fullInDays !== null && fullInDays < diskDays;
  onForecast(
    isSoon
      ? `at its present growth the store has room for ${String(Math.floor(fullInDays))} more days`
      : null,
  );
}
