import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A harvester as a process that gets the base URL of an OAI-PMH repository, or of arXiv's query API. */
export interface Harvester {
  readonly name: string;
  /** What it asks. */
  readonly kind: 'oai-pmh' | 'arxiv';
  /** Why it cannot run here; null when it can. */
  readonly missing: string | null;
  /** Words in which `{url}`, `{page}` (records a page) and `{out}` are replaced. What is not written to `{out}` is taken from standard output. */
  readonly command: readonly string[];
  /** Starts in a folder of its own, with further files if it needs them. */
  readonly prepare?: (folder: string, url: string) => void;
  /** Prints what was kept, when the harvest itself does not. */
  readonly show?: readonly string[];
}

/** What a harvester left. */
export interface Left {
  /** `hangs`: it had not ended when patience was over. */
  readonly exit: number | 'hangs';
  /** Identifiers as they were written, with repetitions. */
  readonly kept: readonly string[];
  readonly seconds: number;
}

/** Runs a harvester to its end, or until `patienceMs` are over. */
export async function harvest(
  { command, prepare, show }: Harvester,
  url: string,
  place: {
    readonly folder: string;
    readonly signal: AbortSignal;
    readonly patienceMs: number;
    readonly pageSize: number;
  },
): Promise<Left> {
  const { folder } = place;
  const out = join(folder, 'kept.jsonl');
  prepare?.(folder, url);
  const filled = (words: readonly string[]): readonly string[] =>
    words.map((word) =>
      word.replaceAll('{url}', url).replaceAll('{out}', out).replaceAll('{page}', String(place.pageSize)),
    );
  const began = performance.now();
  const direct = show === undefined && !command.some((word) => word.includes('{out}'));
  const exit = await runInto(filled(command), direct ? out : null, place);
  const seconds = (performance.now() - began) / 1000;
  if (show !== undefined) await runInto(filled(show), out, place);
  return { exit, kept: identifiersIn(out), seconds };
}

function runInto(
  [program = '', ...args]: readonly string[],
  out: string | null,
  { folder, signal, patienceMs }: { folder: string; signal: AbortSignal; patienceMs: number },
): Promise<Left['exit']> {
  const patience = AbortSignal.timeout(patienceMs);
  const file = out === null ? null : openSync(out, 'w');
  return new Promise<Left['exit']>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, HOLDFAST_STATE_DIR: join(folder, 'state') },
      stdio: ['ignore', file ?? 'ignore', 'ignore'],
      signal: AbortSignal.any([signal, patience]),
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => {
      if (!patience.aborted) reject(error);
    });
    child.once('close', (code) => resolve(code ?? 'hangs'));
  }).finally(() => {
    if (file !== null) closeSync(file);
  });
}

/** Every harvester names its records in its own way; a line may be cut where it was ended. */
function identifiersIn(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const { id, _identifier, identifier, header } = JSON.parse(line) as Record<string, unknown>;
        const found =
          id ?? _identifier ?? identifier ?? (header as { identifier?: unknown } | undefined)?.identifier;
        return typeof found === 'string' ? found : [];
      } catch {
        return [];
      }
    });
}
