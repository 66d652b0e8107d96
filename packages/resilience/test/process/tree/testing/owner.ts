/** A program that starts one process as a child and ends by itself, without stopping it. Prints the child's number. */
import { processChild } from '@holdfast/resilience/children';

const start = processChild({
  command: 'sleep',
  args: ['600'],
  onStarted: (child) => process.stdout.write(`${child.pid}\n`, () => process.exit(0)),
});
await start({ signal: new AbortController().signal, ready: () => undefined });
