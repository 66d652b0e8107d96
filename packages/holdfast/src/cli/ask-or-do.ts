import type { Config } from '../config/index.ts';
import { HoldfastError } from '../model/error.ts';
import type { ControlVerb } from '../control/ask.ts';
import { askEngine } from '../control/ask.ts';
import type { Io } from './io.ts';
import type { Offline } from './offline.ts';
import { withOffline } from './offline.ts';

/** Work that the running engine does when there is one, and this process does otherwise. */
export interface Errand<Result> {
  readonly verb: ControlVerb;
  readonly args: Readonly<Record<string, unknown>>;
  readonly alone: (offline: Offline) => Promise<Result>;
}

/** Longest silence of an engine that was asked for something, ms: re-parsing and verifying take their time. */
export const PATIENCE = 10 * 60_000;

/**
 * Asks the engine, else takes the store's lock and does it here.
 * @throws HoldfastError `ERR_ENGINE_SILENT` when an engine listens but does not answer.
 */
export async function askOrDo<Result>(
  io: Io,
  config: Config,
  { verb, args, alone }: Errand<Result>,
): Promise<Result> {
  const reply = await askEngine(io, config.dataDir, { verb, args, patience: PATIENCE });
  if (reply.type === 'result') return reply.result as Result;
  if (reply.type === 'nobody') return withOffline(config, alone);
  throw engineSilent();
}

/** The error of an engine that listens but does not answer. */
export function engineSilent(): HoldfastError {
  return new HoldfastError('ERR_ENGINE_SILENT', 'The engine was asked but did not answer.', {
    hint: 'See how it stands (holdfast status) and try again.',
  });
}
