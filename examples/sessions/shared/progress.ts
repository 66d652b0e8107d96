import type { WriteStream } from 'node:tty';

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
    this.#shown = '';
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
