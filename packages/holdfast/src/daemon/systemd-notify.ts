import { spawn } from 'node:child_process';
import type { Clock, Timer } from '@holdfast/resilience/clock';

/** Tells the service manager how we are; `words` are arguments of systemd-notify(1). */
export type Notify = (words: readonly string[]) => void;

/**
 * The way to tell systemd, or null when it does not listen: Node has no datagram sockets of that kind, so a program
 * of systemd is started for each message. The unit therefore needs NotifyAccess=all.
 */
export function systemdNotify(socket: string | undefined): Notify | null {
  if (socket === undefined || socket === '') return null;
  return (words) => {
    try {
      spawn('systemd-notify', [...words], {
        stdio: 'ignore',
        env: { PATH: process.env['PATH'], NOTIFY_SOCKET: socket },
      })
        // Without the program systemd's own timeout tells.
        .on('error', () => undefined)
        .unref();
    } catch {
      // Some refusals of the system (no memory) are thrown; the next message is soon due.
    }
  };
}

/** What a notifier is given. */
export interface NotifierOptions {
  readonly notify: Notify;
  /** `WATCHDOG_USEC`, µs as text; not set = systemd does not watch. */
  readonly watchdogUsec: string | undefined;
  readonly clock: Clock;
  /** How things stand, in a line. */
  readonly status: () => string;
  /** The engine works, or did not start and is tried again. */
  readonly isReady: () => boolean;
}

const STATUS_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 250;
/** So often: one message may be lost, and without READY systemd would kill and restart everything. */
const READY_TOLD = 3;
/** A store that is large or being migrated may take longer to open than a unit may take to start. */
const MORE_TIME = `EXTEND_TIMEOUT_USEC=${6 * STATUS_EVERY_MS * 1_000}`;

/**
 * Tells systemd READY once the engine is or has failed to be (it is tried again, which is our business), how things stand when that changes, and WATCHDOG=1 at a third of the
 * time it allows: from a timer of the supervisor's own loop, so that it stays away when that hangs. The engine's
 * hangs are the supervisor's business.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #timers = new Set<Timer>();
  #ready = false;
  #ended = false;
  #told = '';
  #readyTold = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const watchdogMs = Number(options.watchdogUsec ?? 0) / 1_000;
    if (watchdogMs > 0) this.#every(watchdogMs / 3, () => options.notify(['WATCHDOG=1']));
    this.#every(STATUS_EVERY_MS, () => this.#tellStatus());
    this.#awaitReady();
  }

  /** The supervisor is about to end its children. */
  stopping(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#options.notify(['STOPPING=1', '--status=stopping']);
  }

  #awaitReady(): void {
    if (this.#options.isReady()) {
      this.#ready = true;
      this.#tellStatus();
    } else this.#after(LOOK_EVERY_MS, () => this.#awaitReady());
  }

  #tellStatus(): void {
    const status = this.#options.status();
    if (!this.#ready) this.#options.notify([MORE_TIME]);
    if (!this.#ready) return;
    if (status === this.#told && this.#readyTold >= READY_TOLD) return;
    this.#readyTold += 1;
    this.#told = status;
    this.#options.notify([...(this.#readyTold <= READY_TOLD ? ['--ready'] : []), `--status=${status}`]);
  }

  #every(ms: number, work: () => void): void {
    this.#after(ms, () => {
      work();
      this.#every(ms, work);
    });
  }

  #after(ms: number, work: () => void): void {
    const timer = this.#options.clock.timer(
      ms,
      () => {
        this.#timers.delete(timer);
        work();
      },
      { unref: true },
    );
    this.#timers.add(timer);
  }
}
