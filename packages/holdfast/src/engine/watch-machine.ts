import { keepAwake, watchNetwork, watchSleep } from '@holdfast/resilience/awake';
import { watchTime, type Clock } from '@holdfast/resilience/clock';
import type { Config } from '../config/config.ts';
import type { Engine } from './engine.ts';
import { keepAwakeWhile } from './keep-awake-while.ts';

/** A wake is noticed within this time, ms. */
const TICK_MS = 500;
/** A shorter stop of this process is what a busy machine does to everybody, ms. */
const STOPPED_MS = 10_000;

/** A running watch over the machine. */
export interface MachineWatch {
  /** As last looked at. */
  addresses(): readonly string[];
  stop(): Promise<void>;
}

/**
 * Watches sleep, stops, the wall clock and the network, and tells the engine; keeps the machine awake as configured.
 * A machine that does not tell some of it is watched by its clocks and addresses alone.
 */
export function watchMachine(engine: Engine, { keepAwake: wish }: Config, clock: Clock): MachineWatch {
  const ending = new AbortController();
  const time = watchTime({
    clock,
    tickMs: TICK_MS,
    onEvent: (event) => {
      if (event.type === 'suspend') engine.woke({ sleptMs: event.lostMs });
      else if (event.type === 'step') engine.clockStepped(event.deltaMs);
      else if (event.type === 'pause' && event.lostMs >= STOPPED_MS)
        engine.woke({ sleptMs: event.lostMs, cause: 'pause' });
    },
  });
  const network = watchNetwork({ clock, onChange: (change) => engine.networkChanged(change) });
  const sleep = watchSleep({
    clock,
    onSleep: () => {
      engine.fallsAsleep();
      return Promise.resolve();
    },
    // The clocks tell it, everywhere alike.
    onWake: () => undefined,
  });
  const awake =
    wish.mode === 'off'
      ? Promise.resolve()
      : keepAwakeWhile(keepAwake({ clock, onBattery: wish.onBattery }), wish, engine, clock, ending.signal);
  return {
    addresses: () => network.addresses,
    stop: async () => {
      ending.abort();
      time.stop();
      await Promise.all([network.stop(), sleep.stop(), awake]);
    },
  };
}
