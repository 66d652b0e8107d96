import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** How this process was started, and what is there now. */
interface NodeFacts {
  readonly execPath: string;
  readonly argv0: string;
  readonly exists: (path: string) => boolean;
}

/**
 * The Node to start others with: ours while its file is there. That is a real path, which an upgrade of Node may delete
 * while this process runs for months; the first of our words may be a link that leads to the new one by then, as in
 * the definition of a service.
 */
export function nodeProgram({ execPath, argv0, exists }: NodeFacts = ourselves()): string {
  return !exists(execPath) && isAbsolute(argv0) && exists(argv0) ? argv0 : execPath;
}

function ourselves(): NodeFacts {
  return { execPath: process.execPath, argv0: process.argv0, exists: existsSync };
}
