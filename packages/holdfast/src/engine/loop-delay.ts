import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '@holdfast/resilience/clock';
import type { EngineMetrics } from '../model/metrics.ts';

/** How late the event loop was, s. */
type Delay = EngineMetrics['eventLoop'];

/** What Node counts of its own event loop: the time between two of its looks, ns. */
export interface DelayHistogram {
  readonly max: number;
  percentile(percent: number): number;
  reset(): void;
}

const NANO = 1e9;
const RESOLUTION_MS = 20;
const WINDOW_MS = 15_000;
/** Together a minute: as far apart as most who read it come. */
const KEPT = 4;

/**
 * The delay of this process's event loop in windows that follow the clock and no reader, so that however many read it
 * see the same: the worst of the last complete windows. Before the first is complete: what it has seen so far.
 */
export class LoopDelay {
  readonly #histogram: DelayHistogram;
  readonly #clock: Clock;
  #complete: readonly Delay[] = [];

  constructor(clock: Clock, histogram: DelayHistogram = monitored()) {
    this.#clock = clock;
    this.#histogram = histogram;
  }

  /** Ends one window after the other until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(WINDOW_MS, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.#complete = [...this.#complete, this.#current()].slice(-KEPT);
      this.#histogram.reset();
    }
  }

  read(): Delay {
    const windows = this.#complete.length === 0 ? [this.#current()] : this.#complete;
    return {
      p50: Math.max(...windows.map(({ p50 }) => p50)),
      p99: Math.max(...windows.map(({ p99 }) => p99)),
      max: Math.max(...windows.map(({ max }) => max)),
    };
  }

  #current(): Delay {
    const histogram = this.#histogram;
    return {
      p50: late(histogram.percentile(50)),
      p99: late(histogram.percentile(99)),
      max: late(histogram.max),
    };
  }
}

/** What is beyond the plan of Node's looks is the delay. */
function late(ns: number): number {
  return Math.max(0, ns / NANO - RESOLUTION_MS / 1_000);
}

function monitored(): DelayHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}
