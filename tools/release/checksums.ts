import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The name of the list of digests. */
export const CHECKSUMS = 'SHA256SUMS';

/** Writes the digests of files in a folder as `sha256sum -c` and `shasum -c` read them. */
export function writeChecksums(folder: string, files: readonly string[]): void {
  const lines = [...files].sort().map((file) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    return `${digest}  ${file}\n`;
  });
  writeFileSync(join(folder, CHECKSUMS), lines.join(''));
}
