import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('../../../examples/sessions/', import.meta.url));
const LOOK_MS = 30;
const PATIENCE_MS = 600_000;

/** How an example ended. */
export interface Ended {
  readonly code: number | null;
  readonly killed: boolean;
  readonly out: string;
}

/** When and how one life of an example ends before its time. */
export interface LifeOptions {
  readonly signal: AbortSignal;
  /** SIGKILL, so long after `when` was true for the first time. */
  readonly kill?: { readonly when: () => Promise<boolean>; readonly afterMs: number };
}

/** Runs an example until it ends or is killed. @throws when `signal` aborts. */
export async function live(name: string, args: readonly string[], options: LifeOptions): Promise<Ended> {
  const { signal, kill } = options;
  const child = spawn(process.execPath, [...process.execArgv, `${EXAMPLES}${name}.ts`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  }
  const over = new AbortController();
  const ended = new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (...how) => {
      over.abort();
      resolve(how);
    });
  });
  const onAbort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(onAbort, PATIENCE_MS);
  if (kill !== undefined) void killWhen(kill, over.signal, onAbort);
  const [code, how] = await ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
  return { code, killed: how === 'SIGKILL', out };
}

async function killWhen(
  { when, afterMs }: NonNullable<LifeOptions['kill']>,
  over: AbortSignal,
  kill: () => void,
): Promise<void> {
  try {
    while (!(await when())) await wait(LOOK_MS, undefined, { signal: over });
    await wait(afterMs, undefined, { signal: over });
    kill();
  } catch (error) {
    // It ended by itself.
    if (!over.aborted) throw error;
  }
}
