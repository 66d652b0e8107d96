import { duration, plain, width } from './format.ts';

/** Where progress goes. */
export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** A line that is written over, as terminals can; else plain lines now and then. */
  readonly isLive: boolean;
  readonly columns: () => number | undefined;
  readonly total: number;
  /** Monotonic ms. */
  readonly now: () => number;
}

const LIVE_MS = 250;
const PLAIN_MS = 60_000;
/** A row that talks much is quoted once in a while. */
const QUOTE_MS = 10_000;

interface Running {
  readonly since: number;
  said: string;
  quotedAt: number;
}

/** Tells on standard error how far the drill is, without standing in the way of its rows. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #began: number;
  readonly #running = new Map<string, Running>();
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #isDrawn = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#began = options.now();
    const { isLive } = options;
    this.#timer = setInterval(() => (isLive ? this.draw() : this.tell()), isLive ? LIVE_MS : PLAIN_MS);
    this.#timer.unref();
  }

  /** A row begins. */
  begin(name: string): void {
    this.#running.set(name, { since: this.#options.now(), said: '', quotedAt: -Infinity });
  }

  /** A row has ended. */
  end(name: string): void {
    this.#running.delete(name);
    this.#done += 1;
  }

  /** A row says how far it is. */
  say(name: string, text: string): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    running.said = plain(text);
    const now = this.#options.now();
    if (this.#options.isLive || now - running.quotedAt < QUOTE_MS) return;
    running.quotedAt = now;
    this.#options.write(`${plain(name)}: ${running.said}\n`);
  }

  /** Takes the live line away, so that other lines can be written. */
  clear(): void {
    if (this.#isDrawn) this.#options.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  /** Draws the live line. */
  draw(): void {
    const columns = Math.max(20, (this.#options.columns() ?? 80) - 1);
    let line = '';
    for (const character of this.#text()) {
      if (width(line) + width(character) >= columns) {
        line += '…';
        break;
      }
      line += character;
    }
    this.#options.write(`\r\u001b[K${line}`);
    this.#isDrawn = true;
  }

  /** Writes a plain line. */
  tell(): void {
    this.#options.write(`${this.#text()}\n`);
  }

  /** Nothing is told any more. */
  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #text(): string {
    const now = this.#options.now();
    const rows = [...this.#running].map(
      ([name, { since, said }]) =>
        `${plain(name)} ${duration(now - since)}${said === '' ? '' : ` (${said})`}`,
    );
    const head = `${String(this.#done)} of ${String(this.#options.total)} rows, ${duration(now - this.#began)}`;
    return rows.length === 0 ? head : `${head}: ${rows.join('; ')}`;
  }
}
