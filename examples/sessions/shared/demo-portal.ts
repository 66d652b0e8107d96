import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../portal/main.ts', import.meta.url));

/** A portal that was started for this run. */
export interface DemoPortal {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the demo portal as a process of its own, which ends with this one. What was done to it is kept in `ledger`,
 * so that it knows the next time what was sent.
 */
export async function startDemoPortal(ledger: string): Promise<DemoPortal> {
  const args = [program, '--follow-stdin', '--control', '--ledger', ledger];
  // In a group of its own: Ctrl-C is for the example, which still needs the portal to end well.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as unknown[];
  const url = /http:\S+/.exec(String(line))?.[0];
  if (url === undefined) throw new Error('The demo portal did not start.');
  return {
    url,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
