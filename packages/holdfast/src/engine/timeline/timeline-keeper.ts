import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import { dayOf } from '../../model/day.ts';
import type { EngineEvent } from '../../model/event.ts';
import type { Store } from '../../store/port.ts';
import type { Engine } from '../engine.ts';
import { sourceNow } from '../source-now.ts';
import { TimelineRecorder } from './recorder.ts';

/** How often the states are looked at, ms. */
const LOOK_MS = 1_000;
/** What has changed is written at most so often, for all sources at once, ms. */
const WRITE_MS = 10_000;
/** Shorter sleeps and stops are not shown, ms. */
const SHOWN_MS = 10_000;

/**
 * Looks at the states of all sources each second. The present slot is written soon after it began or became worse,
 * so that who looks sees how things are now; while nothing changes that is one transaction per slot.
 */
export class TimelineKeeper {
  readonly #store: Pick<Store, 'timelines' | 'putTimelines'>;
  readonly #clock: Clock;
  readonly #engine: Pick<Engine, 'sources'>;
  readonly #recorder = new TimelineRecorder();

  constructor(
    engine: Pick<Engine, 'sources'>,
    store: Pick<Store, 'timelines' | 'putTimelines'>,
    clock: Clock,
  ) {
    this.#engine = engine;
    this.#store = store;
    this.#clock = clock;
  }

  observe(event: EngineEvent): void {
    if (event.kind !== 'machine' || (event.change !== 'woke' && event.change !== 'paused')) return;
    if (event.ms === null || event.ms < SHOWN_MS) return;
    const ids = this.#engine.sources().map(({ id }) => id);
    this.#recorder.slept(ids, event.at - event.ms, event.at);
  }

  /** Records until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#recorder.load(await this.#store.timelines(dayOf(this.#clock.now() - 24 * 3_600_000)));
    let written = this.#clock.monotonic();
    while (!signal.aborted) {
      const now = this.#clock.now();
      for (const { id, harvester } of this.#engine.sources())
        this.#recorder.note(id, sourceNow(harvester).state, now);
      if (this.#recorder.hasChanged && this.#clock.monotonic() - written >= WRITE_MS) {
        await this.#write();
        written = this.#clock.monotonic();
      }
      await this.#clock.sleep(LOOK_MS, { signal }).catch(() => undefined);
    }
    await this.#write();
  }

  async #write(): Promise<void> {
    const days = this.#recorder.take(this.#clock.now());
    if (days.length === 0) return;
    try {
      await this.#store.putTimelines(days);
    } catch (error) {
      if (classify(error).category !== 'local') throw error;
      this.#recorder.giveBack(days);
    }
  }
}
