import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../model/error.ts';
import type { Io } from './io.ts';
import { runProgram } from './sim.ts';

/** `drill`: starts the drill, which is prebuilt into this package and knows it from outside alone. */
export function drill(io: Io, args: readonly string[]): Promise<number> {
  const path = fileURLToPath(new URL('../../dist/drill/main.js', import.meta.url));
  if (existsSync(path)) return runProgram(io, path, args);
  throw new HoldfastError('ERR_DRILL_MISSING', 'The drill is not built.', { hint: 'Run npm run build.' });
}
