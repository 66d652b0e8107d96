import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How a process ran, as the system tells it. */
export interface Ran {
  readonly ms: number;
  /** Processor time of the process with its threads, sampled; without its children. */
  readonly cpuUs: number;
  readonly peakRss: number;
}

const SAMPLE_MS = 50;
/** Linux counts processor time in hundredths of a second, and memory in pages of 4 KB, on all common machines. */
const TICK_US = 10_000;
const PAGE = 4096;

/** Runs a command to its end, its standard output going to `output`. Samples need Linux; elsewhere they are 0. */
export function run(
  command: readonly string[],
  options: {
    readonly output: number | 'ignore';
    readonly env?: Readonly<Record<string, string>>;
    readonly allowed?: readonly number[];
  },
): Promise<Ran> {
  const { output, env = {}, allowed = [0] } = options;
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, {
      stdio: ['ignore', output, 'inherit'],
      env: { ...process.env, ...env },
    });
    let [cpuUs, peakRss] = [0, 0];
    const timer = setInterval(() => {
      const sample = sampleOf(child.pid ?? 0);
      cpuUs = Math.max(cpuUs, sample.cpuUs);
      peakRss = Math.max(peakRss, sample.rss);
    }, SAMPLE_MS);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(timer);
      const ms = performance.now() - start;
      if (code !== null && allowed.includes(code)) resolve({ ms, cpuUs, peakRss });
      else reject(new Error(`${command.slice(0, 3).join(' ')} ended with ${String(code ?? signal)}`));
    });
  });
}

function sampleOf(pid: number): { readonly cpuUs: number; readonly rss: number } {
  try {
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    const [user = 0, system = 0, pages = 0] = [11, 12, 21].map((at) => Number(fields[at]));
    return { cpuUs: (user + system) * TICK_US, rss: pages * PAGE };
  } catch {
    // It has just ended, or this is not Linux.
    return { cpuUs: 0, rss: 0 };
  }
}
