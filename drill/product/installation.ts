import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownEnv, startCommand, type CommandOptions, type Ended, type Running } from './run-command.ts';
import { ProductFailure } from './product-failure.ts';

/** One paper as `export --format jsonl` prints it, as far as the drill looks at it. */
export interface ExportedLine {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly version: string | null;
  readonly datestamp: string;
  readonly deleted: boolean;
  readonly withdrawn: boolean;
  readonly title: string | null;
}

/** One row of `gaps --json`. */
export interface GapLine {
  readonly source: string;
  readonly id?: string;
  /** `<stream>/<from>..<to>`, half-open days. */
  readonly range?: string;
  readonly reason: string;
  readonly state: string;
}

/** One row of `quarantine --json`. */
export interface QuarantineLine {
  readonly source: string;
  readonly id: string | null;
  readonly code: string;
  readonly reason: string;
  readonly bytes: number;
}

/** What `status --json` says of a source, as far as the drill looks at it. */
export interface SourceLine {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly nextAttemptAt: string | null;
}

/** A data folder, a state folder and a configuration of their own, driven by the command line alone. */
export class Installation {
  readonly #folder: string;
  readonly #signal: AbortSignal;

  /** `folder` must exist; everything that the product writes goes below it. */
  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Writes the configuration file; `more` adds its other keys. */
  configure(sources: readonly object[], more: object = {}): void {
    mkdirSync(join(this.#folder, 'state'), { recursive: true });
    const config = { dataDir: './data', contact: 'drill@example.org', ...more, sources };
    writeFileSync(join(this.#folder, 'holdfast.config.json'), `${JSON.stringify(config, null, 2)}\n`);
  }

  /** Where everything is: `data`, `state`, and the configuration. */
  get folder(): string {
    return this.#folder;
  }

  /** Starts `holdfast ARGS`. */
  start(...args: string[]): Running {
    return this.startWith({}, ...args);
  }

  /** Starts `holdfast ARGS` with further variables, or under another program. */
  startWith(
    how: Pick<CommandOptions, 'under' | 'group'> & { env?: NodeJS.ProcessEnv },
    ...args: string[]
  ): Running {
    const { env, ...more } = how;
    return startCommand(args, {
      cwd: this.#folder,
      env: { ...this.#env(), ...env },
      signal: this.#signal,
      ...more,
    });
  }

  /** Runs `holdfast ARGS` to its end. */
  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** The papers, one a line. @throws Error when `export` does not end with 0 */
  async papers(...args: string[]): Promise<readonly ExportedLine[]> {
    const { code, stdout, stderr } = await this.run('export', '--format', 'jsonl', ...args);
    if (code !== 0) throw new ProductFailure(`holdfast export ended with ${String(code)}: ${stderr}`);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ExportedLine);
  }

  /** `gaps --json`. */
  gaps(): Promise<readonly GapLine[]> {
    return this.#json('gaps', '--json');
  }

  /** `quarantine --json`: what is open; with `--all` also what was. */
  quarantine(...args: string[]): Promise<readonly QuarantineLine[]> {
    return this.#json('quarantine', '--json', ...args);
  }

  /** The sources of `status --json`, whose exit code says how they are and not whether it could answer. */
  async sources(): Promise<readonly SourceLine[]> {
    const { code, stdout, stderr } = await this.run('status', '--json');
    if (stdout === '') throw new ProductFailure(`holdfast status ended with ${String(code)}: ${stderr}`);
    return (JSON.parse(stdout) as { sources: readonly SourceLine[] }).sources;
  }

  async #json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0)
      throw new ProductFailure(`holdfast ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  #env(): NodeJS.ProcessEnv {
    return { ...ownEnv(), HOLDFAST_STATE_DIR: join(this.#folder, 'state') };
  }
}
