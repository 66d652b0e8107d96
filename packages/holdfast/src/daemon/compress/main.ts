/** Compresses closed log files, named as arguments, in a process of its own: the supervisor stays small. */
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

async function compress(file: string): Promise<void> {
  const draft = `${file}.gz.new`;
  try {
    await pipeline(
      createReadStream(file),
      createGzip(),
      createWriteStream(draft, { flush: true, mode: 0o600 }),
    );
    renameSync(draft, `${file}.gz`);
    rmSync(file, { force: true });
  } catch {
    // Too old and removed by now, or no space for it: the file stays as it is and is tried again at the next turn.
    rmSync(draft, { force: true });
  }
}

for (const file of process.argv.slice(2)) await compress(file);
