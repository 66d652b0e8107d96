import { resolve } from 'node:path';
import { HoldfastError } from '../../model/error.ts';
import type { ImportProgress, ImportState, ImportSummary } from '../../model/import.ts';
import { runImport } from './run-import.ts';
import type { ImportFile, ImportWorld } from './run-import.ts';

interface Job {
  state: ImportState;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Imports that a running engine does in the background, beside its harvest. One at a time: they share the writer. */
export class Imports {
  readonly #world: ImportWorld;
  readonly #run: typeof runImport;
  readonly #jobs = new Map<string, Job>();

  /** @param run replaced by tests */
  constructor(world: ImportWorld, run: typeof runImport = runImport) {
    this.#world = world;
    this.#run = run;
  }

  /**
   * Answers the command line: `start` begins an import or joins the one that runs, `look` tells how it stands, `stop`
   * ends it where it can go on later.
   * @throws HoldfastError `ERR_IMPORT_BUSY` when another import runs
   */
  async answer(what: string, path: string, source: string | null): Promise<ImportState> {
    const name = resolve(path);
    if (what === 'start') this.#start(name, source);
    if (what === 'stop') await this.#stop(name);
    return this.#jobs.get(name)?.state ?? { state: 'none' };
  }

  /** Ends all of them, before the store is closed. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#jobs.keys()].map((path) => this.#stop(path)));
  }

  #start(path: string, source: string | null): void {
    const running = [...this.#jobs].find(([, { state }]) => state.state === 'running')?.[0];
    if (running === path) return;
    if (running !== undefined) {
      throw new HoldfastError('ERR_IMPORT_BUSY', 'The engine imports another file at the moment.', {
        hint: 'Wait until it is done and try again.',
      });
    }
    // What ended before is not asked for again.
    this.#jobs.clear();
    const abort = new AbortController();
    const onProgress = (progress: ImportProgress): void => {
      job.state = { state: 'running', progress };
    };
    const file: ImportFile = { path, source, signal: abort.signal, onProgress };
    const job: Job = {
      state: { state: 'running', progress: null },
      abort,
      ended: this.#run(this.#world, file).then(
        (summary: ImportSummary) => {
          job.state = { state: 'ended', summary };
        },
        (error: unknown) => {
          job.state = failureOf(error);
        },
      ),
    };
    this.#jobs.set(path, job);
  }

  async #stop(path: string): Promise<void> {
    const job = this.#jobs.get(path);
    job?.abort.abort();
    await job?.ended;
  }
}

function failureOf(error: unknown): ImportState {
  if (error instanceof HoldfastError) {
    const { code, message, hint } = error;
    return { state: 'failed', code, message, hint };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { state: 'failed', code: 'ERR_UNKNOWN', message, hint: '' };
}
