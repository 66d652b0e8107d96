import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../../../../src/process/index.ts';
import { isAlive } from '../../../../src/process/index.ts';
import { until } from '../../../../src/adapters/testing/bench-tools.ts';

/** Stops a process, having seen that it stands. Disposing lets it go on; harmless when it is gone. */
export async function freeze(target: ProcessIdentity): Promise<AsyncDisposable> {
  process.kill(target.pid, 'SIGSTOP');
  await until('the process stands', () => stateOf(target.pid) === 'T');
  return {
    [Symbol.asyncDispose]: async () => {
      if (isAlive(target)) process.kill(target.pid, 'SIGCONT');
    },
  };
}

/** Kills a process, having seen it gone. */
export async function kill(target: ProcessIdentity): Promise<void> {
  process.kill(target.pid, 'SIGKILL');
  await until('the process is gone', () => !isAlive(target));
}

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
}
