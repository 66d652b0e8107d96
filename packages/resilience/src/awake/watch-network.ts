import type { Clock, Timer } from '../clock/clock.ts';
import { parseDuration } from '../clock/duration.ts';
import type { Duration } from '../clock/duration.ts';
import { notify } from '../clock/notify.ts';
import { InvalidOptionError } from '../errors.ts';
import { boundToUs } from './bound-command.ts';
import { KeptChild } from './kept-child.ts';
import type { KeptState } from './kept-state.ts';
import { machineOf } from './machine.ts';
import type { Machine, MachineOptions } from './machine.ts';
import { addressesOf, defaultRoutes } from './network-snapshot.ts';

const POLL_MS = 500;
const BURST_MS = 100;

/** What happened to the network of this machine. */
export interface NetworkChange {
  /** `up`: from no address to some; `down`: from some to none; else `changed`. Up does not mean reachable. */
  readonly type: 'up' | 'down' | 'changed';
  /** Wall time in ms. */
  readonly at: number;
  /** `interface address`, sorted; without loopback and link-local ones. */
  readonly addresses: readonly string[];
}

/** How the network is watched. */
export interface WatchNetworkOptions extends MachineOptions {
  readonly clock: Clock;
  /** How often the interfaces are looked at; default 500 ms. */
  readonly pollMs?: Duration;
  /** Told once per burst of changes. What it throws becomes a process warning. */
  readonly onChange: (change: NetworkChange) => void;
}

/** A running watch. It does not keep the process alive. */
export interface NetworkWatch {
  /** As last looked at. Empty in a container or network namespace that has only loopback: no reason to wait. */
  readonly addresses: readonly string[];
  /** Whether `ip monitor` helps on top of polling, or why not. */
  report(): { readonly monitor: KeptState['at']; readonly reason: string | null };
  /** Resolves when no child and no timer is left. */
  stop(): Promise<void>;
}

/**
 * Tells when the addresses of this machine change: by polling everywhere, and on Linux at once by `ip monitor`, which
 * also sees a lost carrier that was back before the next look and a new default route.
 * @throws InvalidOptionError naming the option.
 */
export function watchNetwork(options: WatchNetworkOptions): NetworkWatch {
  return new Watch(options);
}

/**
 * `#burst` is set from the first sign of a change until it is told: within it all signs are one. Outside it the watch
 * polls.
 */
class Watch implements NetworkWatch {
  readonly #options: WatchNetworkOptions;
  readonly #machine: Machine;
  readonly #pollMs: number;
  readonly #monitor: KeptChild;
  #addresses: readonly string[];
  #routes: readonly string[] | null = null;
  #poll: Timer | null = null;
  #burst: Timer | null = null;
  #lostCarrier = false;
  #isStopped = false;

  constructor(options: WatchNetworkOptions) {
    this.#options = options;
    this.#pollMs = parseDuration(options.pollMs ?? POLL_MS, 'pollMs');
    if (this.#pollMs === 0) throw new InvalidOptionError('pollMs', 'must be above 0');
    this.#machine = machineOf(options);
    this.#addresses = addressesOf(this.#machine.interfaces());
    this.#monitor = new KeptChild({
      machine: this.#machine,
      clock: options.clock,
      command: () => boundToUs({ program: 'ip', args: ['-o', 'monitor', 'link', 'address', 'route'] }),
      onLine: (line) => this.#onLine(line),
      ignoresEnd: false,
    });
    if (this.#machine.platform === 'linux') void this.#startMonitor();
    this.#armPoll();
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  report(): { readonly monitor: KeptState['at']; readonly reason: string | null } {
    const { state } = this.#monitor;
    if (this.#machine.platform !== 'linux')
      return { monitor: 'absent', reason: 'ip monitor exists on Linux only' };
    return { monitor: state.at, reason: 'reason' in state ? state.reason : null };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#poll?.cancel();
    this.#burst?.cancel();
    await this.#monitor.stop();
  }

  async #startMonitor(): Promise<void> {
    this.#routes = await defaultRoutes(this.#machine);
    if (!this.#isStopped) await this.#monitor.start();
  }

  #armPoll(): void {
    const again = (): void => {
      if (!same(addressesOf(this.#machine.interfaces()), this.#addresses)) this.#onSign();
      this.#armPoll();
    };
    this.#poll = this.#options.clock.timer(this.#pollMs, again, { unref: true });
  }

  #onLine(line: string): void {
    const name = /^(?:Deleted )?\d+: ([^\s:@]+)/.exec(line)?.[1];
    // Of an interface that carries none of our addresses only the routes matter.
    const isOurs = this.#addresses.some((each) => each.startsWith(`${name} `));
    if (isOurs && /NO-CARRIER|^Deleted/.test(line)) this.#lostCarrier = true;
    this.#onSign();
  }

  #onSign(): void {
    this.#burst ??= this.#options.clock.timer(BURST_MS, () => void this.#tell(), { unref: true });
  }

  async #tell(): Promise<void> {
    const routes = this.#routes === null ? null : await defaultRoutes(this.#machine);
    if (this.#isStopped) return;
    this.#burst = null;
    const before = this.#addresses;
    const wasCut = this.#lostCarrier || !same(routes ?? [], this.#routes ?? []);
    this.#addresses = addressesOf(this.#machine.interfaces());
    this.#routes = routes;
    this.#lostCarrier = false;
    if (wasCut ? before.length + this.#addresses.length === 0 : same(before, this.#addresses)) return;
    this.#notify(before.length);
  }

  #notify(before: number): void {
    const addresses = this.#addresses;
    const type = addresses.length === 0 ? 'down' : before === 0 ? 'up' : 'changed';
    notify(this.#options.onChange, { type, at: this.#options.clock.now(), addresses });
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
