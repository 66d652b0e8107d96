import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Clock } from '@holdfast/resilience/clock';
import { isLogged } from '../../src/daemon/log-event.ts';
import { LogFile } from '../../src/daemon/log-file.ts';
import { closedLogs } from '../../src/daemon/log-files.ts';
import type { LogPlan } from '../../src/daemon/plan.ts';
import type { RunEvent } from '../../src/daemon/supervisor-event.ts';

/** The real log of one supervisor, with a compressor that is done at once, and what can be counted of it. */
export class YearLog {
  /** Files that were closed, by what must have been the cause. */
  readonly rotated = { size: 0, age: 0 };
  compressed = 0;
  lines = 0;
  largestTotal = 0;
  readonly #plan: LogPlan;
  #file: LogFile | null = null;

  constructor(plan: LogPlan) {
    this.#plan = plan;
  }

  get missing(): number {
    return this.#file?.missing ?? 0;
  }

  /** A new supervisor opens the file again. */
  open(clock: Clock): void {
    this.close();
    this.#file = new LogFile({ plan: this.#plan, clock, compress: (files) => this.#compress(files) });
  }

  close(): void {
    this.#file?.close();
  }

  write(event: RunEvent, child: string): void {
    if (!isLogged(event)) return;
    const { at, ...rest } = event;
    this.lines += 1;
    const entry = { at, child, ...rest };
    this.#file?.write(entry);
  }

  /** Bytes of all files together. */
  total(): number {
    return this.closedBytes() + fileBytes(this.#plan.file);
  }

  closedBytes(): number {
    return closedLogs(this.#plan.file).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** As `daemon/compress/main.ts` does in a process of its own. */
  #compress(files: readonly string[]): void {
    for (const file of files) {
      const content = readFileSync(file);
      const isFull = content.length > this.#plan.maxSize / 2;
      this.rotated[isFull ? 'size' : 'age'] += 1;
      writeFileSync(`${file}.gz.new`, gzipSync(content));
      renameSync(`${file}.gz.new`, `${file}.gz`);
      rmSync(file, { force: true });
      this.compressed += 1;
    }
    this.largestTotal = Math.max(this.largestTotal, this.total());
  }
}

function fileBytes(file: string): number {
  try {
    return readFileSync(file).length;
  } catch {
    return 0;
  }
}
