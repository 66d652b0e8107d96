import { fileURLToPath } from 'node:url';

/**
 * The URL of another part of the program, named by its path from `src` without extension. Those parts are started
 * or loaded by path, so that a command that does not need them does not pay for them.
 */
export function partUrl(path: string): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../${path}.${extension}`, import.meta.url);
}

/** The same as the path of a file, for starting a process. */
export function partPath(path: string): string {
  return fileURLToPath(partUrl(path));
}
