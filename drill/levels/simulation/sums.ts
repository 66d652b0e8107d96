import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PRODUCT } from '../../product/run-command.ts';

/** What the installed simulation counted; more is printed than is read here. */
export interface Sums {
  readonly seeds: number;
  readonly tookMs: number;
  readonly crashes: number;
  readonly faults: number;
  readonly requests: number;
  /** How many histories broke an invariant; the first of them are told. */
  readonly invalid: number;
  readonly violations: readonly {
    readonly seed: number;
    readonly kind: string;
    readonly what: string;
    readonly faults: readonly string[];
  }[];
  /** Faults and states that hardly occurred, so that nothing is said about them. */
  readonly unsure: readonly string[];
}

/** Part of the published product: its engine, joined with simulated upstreams. */
const SIMULATION = join(PRODUCT, 'dist/simulation/main.js');
/** Every invariant held; something was broken; something was hardly tried. */
const ENDS: readonly (number | null)[] = [0, 5, 4];

/** How many histories are played, and where they begin. */
export interface Wanted {
  readonly from: number;
  readonly seeds: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Plays the histories in processes of their own. @throws Error when they did not come to an end */
export async function simulate({ from, seeds, signal, say }: Wanted): Promise<Sums> {
  const args = [SIMULATION, '--json', '--from', String(from), '--seeds', String(seeds)];
  // Killed in the middle it takes its own processes with it: they end with whoever started them.
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr = `${texts.stderr}${text}`.slice(-2000);
    for (const line of text.split('\n')) if (line !== '') say(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (!ENDS.includes(code))
    throw new Error(`the simulation ended with ${String(code)}: ${texts.stderr.trim()}`);
  return JSON.parse(texts.stdout) as Sums;
}
