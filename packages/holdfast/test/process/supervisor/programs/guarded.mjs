/** A child whose main loop is blocked for ever, with the guard that every child of ours has. */
import { spawn } from 'node:child_process';
import { dieWithParent } from '../../../../dist/child/die-with-parent.js';

void dieWithParent();
const helper = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
process.stdout.write(`helper ${helper.pid}\n`);
setTimeout(() => {
  for (;;);
}, 300);
