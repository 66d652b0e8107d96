import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation } from './product/installation.ts';
import { Simulator, type SimulatorOptions } from './upstream/simulator.ts';

/** How much a row does: `quick` a few seconds, `full` all that its claim needs. */
export type Size = 'quick' | 'full';

/** Everything that a play has to work with. What it starts through the stage ends with the stage. */
export interface Stage {
  readonly seed: number;
  readonly size: Size;
  /** A folder of its own, removed afterwards. */
  readonly folder: string;
  /** Aborted when the drill is interrupted, the row's time is up, or the play is over. */
  readonly signal: AbortSignal;
  /** How long a row that lasts as long as it is told to lasts, ms; null = its own choice by size. */
  readonly durationMs: number | null;
  /** A simulated upstream as a process of its own, with its ledger in the folder. */
  simulate(options: Partial<SimulatorOptions> & Pick<SimulatorOptions, 'kind'>): Promise<Simulator>;
  /** A data folder with a configuration: `sources` as in the configuration file, `more` for its other keys. */
  install(sources: readonly object[], more?: object): Installation;
  /** Runs when the stage ends, last one first. */
  defer(end: () => void | Promise<void>): void;
  /** A line about how far it is, for long rows. */
  say(text: string): void;
}

/** What a stage is made of. */
export interface StageOptions {
  readonly seed: number;
  readonly size: Size;
  readonly durationMs: number | null;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * Opens a stage for one play, and ends everything that was started on it. A play that goes on behind its end, since it
 * does not look at its signal, can start nothing any more: what it defers then ends at once.
 */
export async function onStage<T>(
  { signal: outer, ...options }: StageOptions,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-drill-'));
  const ending = new AbortController();
  const ends: (() => void | Promise<void>)[] = [];
  let isOver = false;
  const defer = (end: () => void | Promise<void>): void => {
    if (isOver) void quietly(end);
    else ends.push(end);
  };
  let parts = 0;
  const stage: Stage = {
    ...options,
    folder,
    signal: AbortSignal.any([outer, ending.signal]),
    simulate: async (wanted) => {
      stage.signal.throwIfAborted();
      const number = (parts += 1);
      const simulator = await Simulator.start(
        { seed: options.seed + number, records: 300, pageSize: 50, faults: [], args: [], ...wanted },
        { folder, ledgerFile: join(folder, `upstream-${String(number)}.jsonl`), signal: stage.signal },
      );
      defer(() => simulator.stop());
      return simulator;
    },
    install: (sources, more) => {
      stage.signal.throwIfAborted();
      const home = join(folder, `home-${String((parts += 1))}`);
      mkdirSync(home);
      const product = new Installation(home, stage.signal);
      product.configure(sources, more);
      return product;
    },
    defer,
  };
  try {
    return await play(stage);
  } finally {
    ending.abort(new Error('the play is over'));
    while (ends.length > 0) await quietly(ends.pop());
    isOver = true;
    await quietly(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  }
}

/** What fails at the end of a play is no word on it: the others end all the same, and the play's own word stands. */
async function quietly(end: (() => void | Promise<void>) | undefined): Promise<void> {
  try {
    await end?.();
  } catch {
    // It had ended already, or will not: neither can be helped here.
  }
}
