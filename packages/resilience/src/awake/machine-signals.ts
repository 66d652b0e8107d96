import type { Clock, Timer } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import { parseDuration } from '../clock/duration.ts';
import { notify } from '../clock/notify.ts';
import { systemClock } from '../clock/system-clock.ts';
import { watchTime } from '../clock/watch-time.ts';
import type { TimeWatch, WatchTimeOptions } from '../clock/watch-time.ts';
import type { MachineSignal, MachineSignals } from '../events/machine-signals.ts';
import { watchNetwork } from './watch-network.ts';
import type { NetworkWatch, WatchNetworkOptions } from './watch-network.ts';

/** How the machine is watched for policies. */
export interface MachineSignalsOptions {
  readonly clock?: Clock;
  /** How time is watched, see `watchTime`; `false`: not at all, so no `wake` is told. */
  readonly time?: Omit<WatchTimeOptions, 'clock' | 'onEvent'> | false;
  /** How the network is watched, see `watchNetwork`; `false`: not at all, so the machine counts as online. */
  readonly network?: Omit<WatchNetworkOptions, 'clock' | 'onChange'> | false;
  /** How long the watches go on when nobody listens any more, so that each call need not start them; default 1 min. */
  readonly linger?: Duration;
}

/** The signals of this machine, for the option `machine` of any number of policies. */
export interface WatchedMachine extends MachineSignals {
  /** Resolves when no watch, child or timer is left. Listeners stay: the next one to subscribe starts it again. */
  stop(): Promise<void>;
}

/**
 * Tells policies of sleep and of the network. Nothing is watched before the first listener; the watches never keep the
 * process alive.
 *
 * `online` is false only when this machine had an address and has none now. One that had none from the start may be a
 * container with its loopback alone, where waiting would be in vain.
 * @throws InvalidOptionError naming the option.
 */
export function machineSignals(options: MachineSignalsOptions = {}): WatchedMachine {
  return new Signals(options);
}

/** Modes: idle (no watch) -> watching (from the first listener on) -> lingering (none left, `#linger` runs) -> idle. */
class Signals implements WatchedMachine {
  readonly #options: MachineSignalsOptions;
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #listeners = new Set<{ readonly tell: (signal: MachineSignal) => void }>();
  #time: TimeWatch | undefined;
  #network: NetworkWatch | undefined;
  #linger: Timer | undefined;
  /** Whether this machine ever had an address. */
  #hadAddress = false;
  #online = true;

  constructor(options: MachineSignalsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#lingerMs = parseDuration(options.linger ?? '1m', 'linger');
  }

  get online(): boolean {
    return this.#online;
  }

  subscribe(listener: (signal: MachineSignal) => void): () => void {
    // A wrapper of its own, so that a listener that subscribes twice can stop once.
    const entry = { tell: listener };
    this.#listeners.add(entry);
    this.#linger?.cancel();
    this.#linger = undefined;
    this.#start();
    return () => {
      if (this.#listeners.delete(entry) && this.#listeners.size === 0) this.#leave();
    };
  }

  async stop(): Promise<void> {
    this.#linger?.cancel();
    this.#linger = undefined;
    const network = this.#network;
    this.#time?.stop();
    this.#time = this.#network = undefined;
    // Nobody looks any more, and no call may wait for a signal that cannot come.
    if (!this.#online) this.#tellOnline();
    await network?.stop();
  }

  #leave(): void {
    this.#linger = this.#clock.timer(this.#lingerMs, () => void this.stop(), { unref: true });
  }

  #start(): void {
    const { time = {}, network = {} } = this.#options;
    const clock = this.#clock;
    if (time !== false) {
      this.#time ??= watchTime({
        ...time,
        clock,
        onEvent: (event) => {
          if (event.type === 'suspend') this.#tell({ kind: 'wake', sleptMs: event.lostMs });
        },
      });
    }
    if (network === false || this.#network !== undefined) return;
    this.#network = watchNetwork({
      ...network,
      clock,
      onChange: ({ type, addresses }) => {
        this.#hadAddress ||= addresses.length > 0;
        // An address after none is news, also where none at first did not count as offline.
        if (type === 'up') this.#tellOnline();
        if (type === 'down') this.#tellOffline();
      },
    });
    const hasAddress = this.#network.addresses.length > 0;
    this.#hadAddress ||= hasAddress;
    if (!hasAddress && this.#hadAddress) this.#tellOffline();
  }

  #tellOnline(): void {
    this.#online = true;
    this.#tell({ kind: 'online' });
  }

  #tellOffline(): void {
    this.#online = false;
    this.#tell({ kind: 'offline' });
  }

  #tell(signal: MachineSignal): void {
    // Those who subscribe while they are told hear the next one.
    const listeners = Array.from(this.#listeners);
    for (const { tell } of listeners) notify(tell, signal);
  }
}
