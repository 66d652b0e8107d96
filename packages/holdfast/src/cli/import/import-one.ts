import type { Config } from '../../config/index.ts';
import { askEngine } from '../../control/ask.ts';
import { HoldfastError } from '../../model/error.ts';
import type { ImportState, ImportSummary } from '../../model/import.ts';
import type { Io } from '../io.ts';
import { withOffline } from '../offline.ts';
import type { ProgressBar } from './progress-bar.ts';

const LOOK_EVERY = 500;
const PATIENCE = 60_000;

/** One file or folder that is to be imported. */
export interface OneImport {
  readonly io: Io;
  readonly config: Config;
  /** Absolute: the engine may run elsewhere. */
  readonly path: string;
  readonly source: string | null;
  readonly signal: AbortSignal;
  readonly bar: ProgressBar;
}

/**
 * Lets the running engine import it and follows how far it is; without an engine it is done here.
 * @throws HoldfastError the errors of data sets, imports and stores; `ERR_ENGINE_SILENT` when the engine ends meanwhile.
 */
export async function importOne(one: OneImport): Promise<ImportSummary> {
  const { config, path, source, signal, bar } = one;
  const begun = await askFor('start', one);
  if (begun !== null) return follow(begun, one);
  return withOffline(config, (offline) =>
    offline.import({
      path,
      source,
      signal,
      onProgress: (progress) => bar.show(progress),
      onIndexing: (left) => bar.indexing(left),
    }),
  );
}

async function follow(begun: ImportState, one: OneImport): Promise<ImportSummary> {
  for (let state: ImportState | null = begun; ;) {
    if (state === null || state.state === 'none') throw gone();
    if (state.state === 'ended') return state.summary;
    if (state.state === 'failed') throw new HoldfastError(state.code, state.message, { hint: state.hint });
    if (state.progress !== null) one.bar.show(state.progress);
    await one.io.clock.sleep(LOOK_EVERY, { signal: one.signal }).catch(() => undefined);
    state = await askFor(one.signal.aborted ? 'stop' : 'look', one);
  }
}

/** Null: no engine runs. */
async function askFor(what: 'start' | 'look' | 'stop', one: OneImport): Promise<ImportState | null> {
  const { io, config, path, source } = one;
  const args = { do: what, path, ...(source === null ? {} : { source }) };
  const reply = await askEngine(io, config.dataDir, { verb: 'import', args, patience: PATIENCE });
  if (reply.type === 'result') return reply.result as ImportState;
  if (reply.type === 'silent') {
    throw new HoldfastError('ERR_ENGINE_SILENT', 'The engine was asked but did not answer.', {
      hint: 'See how it stands (holdfast status) and try again: the import goes on where it was.',
    });
  }
  return null;
}

function gone(): HoldfastError {
  return new HoldfastError('ERR_ENGINE_SILENT', 'The engine that imported has ended.', {
    hint: 'Repeat the command: the import goes on where it was.',
  });
}
