/** Writes one line after the other into a file, without ever syncing it, and says so: what a cut must show as lost. */
import { openSync, writeSync } from 'node:fs';

const file = openSync(process.argv[2] ?? '', 'a');
let number = 0;
setInterval(() => {
  number += 1;
  writeSync(file, `${JSON.stringify({ number })}\n`);
  process.stdout.write(`${String(number)}\n`);
}, 2);
