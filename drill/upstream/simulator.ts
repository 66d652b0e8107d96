import { createInterface } from 'node:readline';
import { SIMULATOR, startNode, type Running } from '../product/run-command.ts';

/** Names of the simulated upstreams. */
export const kinds = ['arxiv', 'biorxiv', 'medrxiv', 'oai-pmh'] as const;
export type Kind = (typeof kinds)[number];

/** What a simulated upstream is started with. */
export interface SimulatorOptions {
  readonly kind: Kind;
  readonly seed: number;
  readonly records: number;
  readonly pageSize: number;
  readonly faults: readonly string[];
  /** Further flags of `holdfast sim`. */
  readonly args: readonly string[];
  /** A program, with its arguments, that is given the command to run. */
  readonly under?: readonly string[];
}

/** A simulated upstream that runs as a process. */
export class Simulator {
  readonly #running: Running;
  readonly baseUrl: string;
  readonly ledgerFile: string;

  private constructor(running: Running, baseUrl: string, ledgerFile: string) {
    this.#running = running;
    this.baseUrl = baseUrl;
    this.ledgerFile = ledgerFile;
  }

  /** Starts the program of `holdfast sim` and waits until it listens. @throws Error when it ends before that */
  static async start(
    options: SimulatorOptions,
    place: { readonly folder: string; readonly ledgerFile: string; readonly signal: AbortSignal },
  ): Promise<Simulator> {
    const { kind, seed, records, pageSize, faults, args, under = [] } = options;
    const { folder, ledgerFile, signal } = place;
    const flags = { kind, seed, records, 'page-size': pageSize, ledger: ledgerFile };
    const running = startNode(
      [
        SIMULATOR,
        ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
        ...faults.flatMap((fault) => ['--fault', fault]),
        ...args,
      ],
      { cwd: folder, env: process.env, signal, under },
    );
    return new Simulator(running, await firstLine(running), ledgerFile);
  }

  /** Sends a control call; the answer is what the simulator's method gives. @throws Error when it is refused */
  async control(call: Readonly<Record<string, unknown>>): Promise<unknown> {
    const response = await fetch(new URL('/sim', this.baseUrl), {
      method: 'POST',
      body: JSON.stringify(call),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the simulator refused ${JSON.stringify(call)}: ${text}`);
    return JSON.parse(text);
  }

  /** Ends it and waits for its end. */
  async stop(): Promise<void> {
    this.#running.child.kill('SIGTERM');
    await this.#running.ended.catch(() => undefined);
  }
}

async function firstLine({ child, ended }: Running): Promise<string> {
  const line = new Promise<string>((resolve, reject) => {
    if (child.stdout === null) reject(new Error('the simulator has no output'));
    else createInterface({ input: child.stdout }).once('line', resolve);
    ended.then(
      ({ code, stderr }) =>
        reject(new Error(`the simulator ended with ${String(code)} before it listened: ${stderr}`)),
      reject,
    );
  });
  return (JSON.parse(await line) as { baseUrl: string }).baseUrl;
}
