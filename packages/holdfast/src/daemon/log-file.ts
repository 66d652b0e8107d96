import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@holdfast/resilience/clock';
import { closedLogs, closedName, trimLogs } from './log-files.ts';
import type { LogPlan } from './plan.ts';

/** What a log file is given. */
export interface LogFileOptions {
  readonly plan: LogPlan;
  readonly clock: Clock;
  /** Compresses closed files in the background; they go on being readable. */
  readonly compress: (files: readonly string[]) => void;
}

/** What is written as a line; the instant (wall ms) comes first, since by it a file tells its age. */
export type LogEntry = { readonly at: number } & Readonly<Record<string, unknown>>;

/** Where the first bytes of a file tell when it was begun. */
const HEAD = 64;

/**
 * Lines of JSON in a file that is closed, renamed and followed by a new one when it is too large or too old.
 * Modes: *open*; *closed* when the disk refused: each further line tries to open it again and is counted when
 * that fails, and the first line that goes through tells how many are missing.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #plan: LogPlan;
  #handle: number | null = null;
  #bytes = 0;
  #begunAt: number | null = null;
  #missing = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#plan = options.plan;
  }

  /** Lines that the disk refused since the last one that went through. */
  get missing(): number {
    return this.#missing;
  }

  /** The bounds are others from now on. */
  bound(bounds: Omit<LogPlan, 'file'>): void {
    const { file } = this.#plan;
    this.#plan = { ...bounds, file };
  }

  /** Writes a line; never throws, since a full disk must not stop the harvest. */
  write(entry: LogEntry): void {
    const line = `${JSON.stringify(entry)}\n`;
    try {
      this.#makeRoom(Buffer.byteLength(line), entry.at);
      // The disk may have taken half of a line before it refused the rest.
      if (this.#missing > 0) this.#put(`\n${JSON.stringify(gapLine(entry.at, this.#missing))}\n`);
      this.#missing = 0;
      this.#put(line);
      this.#begunAt ??= entry.at;
    } catch {
      this.#missing += 1;
      this.close();
    }
  }

  /** Never throws: some file systems refuse only here what they have taken before, and nothing is left to be done. */
  close(): void {
    const handle = this.#handle;
    this.#handle = null;
    if (handle === null) return;
    try {
      closeSync(handle);
    } catch {
      this.#missing += 1;
    }
  }

  #put(line: string): void {
    const bytes = Buffer.from(line);
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#open(), bytes, done, bytes.length - done, null);
    this.#bytes += bytes.length;
  }

  #makeRoom(coming: number, at: number): void {
    const plan = this.#plan;
    this.#open();
    const maxSize = Math.min(plan.maxSize, plan.maxTotal / 2);
    const isLarge = this.#bytes > 0 && this.#bytes + coming > maxSize;
    const isOld = this.#begunAt !== null && at - this.#begunAt > plan.maxAge;
    if (!isLarge && !isOld) return;
    this.close();
    renameSync(plan.file, closedName(plan.file, this.#options.clock.now()));
    trimLogs(plan.file, plan.maxTotal - maxSize);
    const plainFiles = closedLogs(plan.file).filter(({ compressed }) => !compressed);
    this.#options.compress(plainFiles.map(({ file }) => file));
  }

  #open(): number {
    if (this.#handle !== null) return this.#handle;
    const { file } = this.#plan;
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(file, 'a+', 0o600);
    this.#handle = handle;
    this.#bytes = fstatSync(handle).size;
    this.#begunAt = begunAt(handle);
    return handle;
  }
}

/** When the first line was written; null for an empty file. */
function begunAt(handle: number): number | null {
  const head = Buffer.alloc(HEAD);
  const text = head.toString('utf8', 0, readSync(handle, head, 0, HEAD, 0));
  const at = /"at":(\d+)/.exec(text)?.[1];
  return at === undefined ? null : Number(at);
}

function gapLine(at: number, missing: number): object {
  return { at, child: 'supervisor', kind: 'log-gap', missing };
}
