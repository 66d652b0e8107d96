import { fileURLToPath } from 'node:url';

/** The path of another file of this folder, named without extension, for starting it as a process. */
export function siblingPath(name: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
}
