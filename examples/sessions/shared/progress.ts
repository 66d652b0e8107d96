import type { WriteStream } from 'node:tty';

/** What is said again and again is shown once in so long. */
const SAME_EVERY_MS = 10_000;
/** Between two lines where nobody looks at a terminal. */
const PLAIN_EVERY_MS = 3000;

/** Shows how far a program is: in a terminal one line that changes, elsewhere a line every few seconds. */
export class Progress {
  readonly #name: string;
  readonly #items: string;
  readonly #stream: WriteStream | NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #total: number | undefined;
  #shown = '';
  readonly #saidAt = new Map<string, number>();

  constructor(name: string, items: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#name = name;
    this.#items = items;
    this.#stream = stream;
    this.#timer = setInterval(() => this.#show(), stream.isTTY ? 100 : PLAIN_EVERY_MS);
  }

  /** How many there are, and how many were done before. */
  start(total: number, done: number): void {
    this.#total = total;
    this.#done = done;
  }

  /** One more is done. */
  step(): void {
    this.#done++;
  }

  /** A line that stays. */
  say(text: string): void {
    this.#clear();
    this.#stream.write(`${this.#name}: ${text}\n`);
    if (this.#stream.isTTY) this.#shown = '';
  }

  /** A line that stays, about something that may go on for a while and for several workers. */
  sayOnce(text: string): void {
    const now = performance.now();
    if (now - (this.#saidAt.get(text) ?? -Infinity) < SAME_EVERY_MS) return;
    this.#saidAt.set(text, now);
    this.say(text);
  }

  /** Ends the line. Harmless when repeated. */
  end(): void {
    clearInterval(this.#timer);
    this.#clear();
    this.#shown = '';
  }

  #show(): void {
    if (this.#total === undefined) return;
    const line = `${this.#name}: ${this.#done} of ${this.#total} ${this.#items}`;
    if (line === this.#shown) return;
    this.#clear();
    this.#stream.write(this.#stream.isTTY ? line : `${line}\n`);
    this.#shown = line;
  }

  #clear(): void {
    if (this.#stream.isTTY && this.#shown !== '') this.#stream.write('\r\u001B[2K');
  }
}
