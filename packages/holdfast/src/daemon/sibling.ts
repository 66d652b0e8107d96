import { join } from 'node:path';

/** The path of another file of this folder, named without extension, for starting it as a process. */
export function siblingPath(name: string): string {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  return join(import.meta.dirname, `${name}.${extension}`);
}
