/** What ended a process, as the simulation knows it: it did it itself. */
export type TrueEnd = 'crash' | 'watchdog' | 'oom' | 'asked';

interface Due {
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Virtual instants are fractions of ms. */
const ROUNDING = 1;

/**
 * The documented restart rule, written a second time without a look at the product: the first restart at once, then
 * 1 s doubled with jitter down to a half, to 300 s; forgiven after ten healthy minutes; five exits within 60 s (sliding)
 * lead to a cooldown of 5 minutes, doubled to 30; an ordered restart at once. Says for every start the interval in
 * which it has to lie. Instants are monotonic ms.
 */
export class RestartModel {
  readonly findings: string[] = [];
  starts = 0;
  cooldowns = 0;
  /** The longest cooldown that was seen through, ms. */
  longestCooldownMs = 0;
  #due: Due | null = null;
  #upSince = 0;
  #failures = 0;
  #coolings = 0;
  #exits: number[] = [];
  #jumps: { readonly from: number; readonly to: number }[] = [];

  /** A supervisor begins; `leftMs`: what is left of a cooldown that it inherited, null = none. */
  begins(at: number, leftMs: number | null): void {
    this.#forgive();
    if (leftMs !== null) this.#coolings = 1;
    const wait = leftMs ?? 0;
    this.#due = { from: at + wait, to: at + wait, why: leftMs === null ? 'a new supervisor' : 'inherited' };
  }

  /** No supervisor is there any more, nor anything that it runs. */
  gone(at: number): void {
    this.look(at);
    this.#due = null;
  }

  /** The clocks went on without anybody: no timer fired meanwhile. */
  jumped(from: number, to: number): void {
    this.#jumps = [...this.#jumps, { from, to }].slice(-20);
  }

  started(at: number): void {
    this.starts += 1;
    const due = this.#due;
    this.#due = null;
    this.#upSince = at;
    if (due === null) this.findings.push(`started at ${at} although nothing had ended`);
    else if (at < due.from - ROUNDING)
      this.findings.push(`started ${due.from - at} ms too early (${due.why})`);
    else if (at > this.#latest(due.to) + ROUNDING)
      this.findings.push(`started ${at - this.#latest(due.to)} ms too late (${due.why})`);
  }

  exited(at: number, end: TrueEnd): void {
    if (this.#due !== null) this.findings.push(`an exit at ${at} of a process that did not run`);
    if (end === 'asked') {
      this.#due = { from: at, to: at, why: 'ordered' };
      return;
    }
    if (at - this.#upSince >= 10 * MINUTE && end !== 'watchdog') this.#forgive();
    this.#exits = [...this.#exits.filter((exit) => at - exit < MINUTE), at];
    this.#failures += 1;
    this.#due = this.#exits.length >= 5 ? this.#coolDown(at) : this.#delay(at);
  }

  /** A restart was ordered while none ran: what is waited for ends. */
  ordered(at: number): void {
    if (this.#due === null) return;
    this.#forgive();
    this.#due = { from: at, to: at, why: 'ordered' };
  }

  /** Nothing that is due must be missing. */
  look(at: number): void {
    if (this.#due === null || at <= this.#latest(this.#due.to) + ROUNDING) return;
    this.findings.push(`no start until ${at} although one was due at ${this.#due.to} (${this.#due.why})`);
    this.#due = null;
  }

  #coolDown(at: number): Due {
    const wait = Math.min(30 * MINUTE, 5 * MINUTE * 2 ** this.#coolings);
    this.cooldowns += 1;
    this.longestCooldownMs = Math.max(this.longestCooldownMs, wait);
    this.#coolings += 1;
    this.#failures = 0;
    this.#exits = [];
    return { from: at + wait, to: at + wait, why: `cooldown ${wait / MINUTE} min` };
  }

  #delay(at: number): Due {
    const wait = this.#failures === 1 ? 0 : Math.min(300 * SECOND, SECOND * 2 ** (this.#failures - 2));
    return { from: at + wait / 2, to: at + wait, why: `failure ${this.#failures}` };
  }

  #forgive(): void {
    this.#failures = 0;
    this.#coolings = 0;
    this.#exits = [];
  }

  /** Virtual time stood still for nobody, but a jump is over before any timer fires. */
  #latest(to: number): number {
    return this.#jumps.reduce((late, { from, to: end }) => (late >= from && late <= end ? end : late), to);
  }
}
