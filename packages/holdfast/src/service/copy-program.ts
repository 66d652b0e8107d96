import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeFile } from './node-path.ts';
import type { CopyPlan } from './program.ts';

/** Begins the name of a copy that is not complete. */
const UNFINISHED = '.new-';

/**
 * Makes the copy, beside its place and then by one rename, so that a folder with its name is always complete.
 * Returns false when it is there already. Unfinished copies of earlier attempts are removed.
 */
export function copyProgram({ folder, packages, node }: CopyPlan, platform: NodeJS.Platform): boolean {
  if (existsSync(folder)) return false;
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(UNFINISHED)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const unfinished = mkdtempSync(join(parent, `${UNFINISHED}${basename(folder)}-`));
  try {
    for (const { from, to, files } of packages) {
      for (const file of files) copyInto(join(from, file), join(unfinished, to, file));
    }
    if (node !== null) copyInto(node, join(unfinished, nodeFile(platform)));
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  return true;
}

function copyInto(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
