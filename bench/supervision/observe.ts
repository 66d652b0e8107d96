import { existsSync, readFileSync } from 'node:fs';

/** One copy of a program that was started, by its own word. */
export interface Start {
  readonly pid: number;
  /** Wall ms. */
  readonly at: number;
}

/** Every copy that was started so far. */
export function startsIn(file: string): readonly Start[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Start);
}

/** Copies that live now. A pid whose command is another one by now is not a copy. */
export function copiesOf(file: string, program: string): readonly number[] {
  const pids = [...new Set(startsIn(file).map(({ pid }) => pid))];
  return pids.filter((pid) => commandOf(pid).includes(program));
}

function commandOf(pid: number): string {
  try {
    // A process that has ended and waits for its parent has no command any more.
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Waits for real: real supervisors are watched. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Ends every copy that is left, by pid. */
export function endCopies(file: string, program: string): void {
  for (const pid of copiesOf(file, program)) process.kill(pid, 'SIGKILL');
}
