/**
 * A process with children, as a browser is. Argument: how each of them ends.
 * `polite` by SIGTERM; `stubborn` not by SIGTERM; `leaving` the parent by SIGTERM, its child not.
 * Prints the numbers of all of them once they can be signalled.
 */
import { spawn } from 'node:child_process';

const [manner = 'polite', depth = '2', isLeader = ''] = process.argv.slice(2);
const isStubborn = manner === 'stubborn' || (manner === 'leaving' && depth === '0');
if (isStubborn) process.on('SIGTERM', () => undefined);
setInterval(() => undefined, 1_000);
if (depth === '0') {
  process.stdout.write(`${process.pid}\n`);
} else {
  const [script = ''] = process.argv.slice(1);
  const child = spawn(process.execPath, [script, manner, String(Number(depth) - 1), isLeader], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: isLeader === 'leader',
  });
  child.stdout.once('data', (below: Buffer) => process.stdout.write(`${process.pid} ${String(below)}`));
}
