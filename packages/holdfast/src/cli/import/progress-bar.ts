import type { Clock } from '@holdfast/resilience/clock';
import type { ImportProgress } from '../../model/import.ts';
import type { Io } from '../io.ts';
import { plain } from '../terminal/escape.ts';
import type { Look } from '../terminal/style.ts';
import { fit } from '../terminal/width.ts';

const WIDTH = 24;
const DRAW_EVERY = 200;
const TELL_EVERY = 10_000;

/** Shows on standard error how far an import is: a bar on a terminal, a plain line now and then elsewhere. */
export class ProgressBar {
  readonly #io: Io;
  readonly #look: Look;
  readonly #clock: Clock;
  readonly #start: number;
  #first: ImportProgress | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  #waits: string | null = null;
  #drawn = false;

  constructor(io: Io, look: Look) {
    this.#io = io;
    this.#look = look;
    this.#clock = io.clock;
    this.#start = io.clock.monotonic();
  }

  show(progress: ImportProgress): void {
    this.#first ??= progress;
    const news = progress.waits !== this.#waits;
    this.#waits = progress.waits;
    this.#print(lineOf(progress, this.#first, this.#clock.monotonic() - this.#start), news);
  }

  indexing(left: number): void {
    if (left > 0) this.#print(`making it ready for search: ${whole(left)} left`, false);
  }

  /** Leaves the terminal's line to others. */
  end(): void {
    if (this.#drawn) this.#io.err.write('\r\u001b[K');
    this.#drawn = false;
  }

  #print(line: string, news: boolean): void {
    const terminal = this.#io.err.isTTY === true && this.#look.fancy;
    const now = this.#clock.monotonic();
    if (!news && now - this.#lastAt < (terminal ? DRAW_EVERY : TELL_EVERY)) return;
    this.#lastAt = now;
    if (!terminal) {
      this.#io.err.write(`${line}\n`);
      return;
    }
    this.#io.err.write(`\r\u001b[K${fit(line, (this.#io.err.columns || this.#look.columns) - 1)}`);
    this.#drawn = true;
  }
}

/** `first`: what was there when this call began, so that the rate is that of now. */
function lineOf(progress: ImportProgress, first: ImportProgress, ms: number): string {
  const { bytes, bytesRead, waits } = progress;
  const share = bytes > 0 ? Math.min(1, bytesRead / bytes) : 0;
  const done = Math.round(share * WIDTH);
  const bar = `[${'#'.repeat(done)}${'-'.repeat(WIDTH - done)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
  if (waits !== null) return `${bar}  waits: ${plain(waits)}`;
  const [rows, read] = [rowsOf(progress) - rowsOf(first), bytesRead - first.bytesRead];
  const perSecond = ms > 0 ? (rows / ms) * 1_000 : 0;
  const left = read > 0 ? ((bytes - bytesRead) / read) * ms : null;
  const time = left === null || left < 1_000 ? '' : `  ${duration(left)} left`;
  const rate = rows > 0 ? `  ${whole(perSecond)}/s` : '';
  return `${bar}  ${whole(rowsOf(progress))} rows${rate}${time}`;
}

function rowsOf({ added, changed, known, refused, bad }: ImportProgress): number {
  return added + changed + known + refused + bad;
}

/** A whole number with separators. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
