import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../model/error.ts';
import type { Io } from './io.ts';
import { runProgram } from './sim.ts';
import { userFolders } from '../config/folders.ts';
import { lastDrillFile } from '../status/last-drill.ts';

/** `drill`: starts the drill, which is prebuilt into this package and knows it from outside alone. */
export function drill(io: Io, args: readonly string[]): Promise<number> {
  const path = fileURLToPath(new URL('../../dist/drill/main.js', import.meta.url));
  if (existsSync(path))
    return runProgram(io, path, args, { HOLDFAST_DRILL_LAST: lastDrillFile(stateDir(io)) });
  throw new HoldfastError('ERR_DRILL_MISSING', 'The drill is not built.', { hint: 'Run npm run build.' });
}

/** Where the engine keeps what outlives a data folder: only the environment names another one. */
function stateDir({ platform, home, env, cwd }: Io): string {
  const named = env['HOLDFAST_STATE_DIR'] ?? '';
  return named === '' ? userFolders({ platform, home, env }).state : resolve(cwd, named);
}
