import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const SCRIPT = fileURLToPath(new URL('./holder.ts', import.meta.url));

/** What the holder told. */
export interface Told {
  readonly event: string;
  readonly data: unknown;
}

/** A holder that runs. */
export interface Holder {
  readonly told: readonly Told[];
  /** Waits until `event` was told `times` times, and gives the last of them. */
  heard(event: string, times?: number): Promise<unknown>;
  tell(line: string): void;
  /** Everything it has started that still runs, by process id. */
  children(): readonly number[];
  kill(): Promise<void>;
  /** Asks it to stop, and waits until it ended on its own. */
  stop(): Promise<number | null>;
}

/** Starts a holder; `through` goes before it, as `unshare -rn`. */
export function startHolder(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly through?: readonly string[] } = {},
): Holder {
  const command = [...(options.through ?? []), process.execPath, '--no-warnings', SCRIPT, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const told: Told[] = [];
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line) as Told));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return {
    told,
    heard: (event, times = 1) =>
      vi.waitFor(
        () => {
          const all = told.filter((each) => each.event === event);
          const last = all[times - 1];
          if (last === undefined) throw new Error(`heard ${JSON.stringify(told)}; ${stderr}`);
          return last.data;
        },
        { timeout: 20_000, interval: 20 },
      ),
    tell: (line) => void child.stdin.write(`${line}\n`),
    children: () => descendants(child.pid ?? 0),
    kill: async () => await end(child, exited),
    async stop() {
      child.stdin.write('stop\n');
      const [code] = await exited;
      return code;
    },
  };
}

async function end(child: ChildProcessWithoutNullStreams, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}

/** Whether a process runs; one that ended and was not collected by its parent does not. */
export function runs(pid: number): boolean {
  return !['Z', 'X', undefined].includes(stat(pid)?.state);
}

function descendants(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => stat(each)?.parent === pid && runs(each));
  return children.flatMap((each) => [each, ...descendants(each)]);
}

function stat(pid: number): { readonly state: string | undefined; readonly parent: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}
