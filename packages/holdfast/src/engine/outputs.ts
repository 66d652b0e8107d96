import type { Clock } from '@holdfast/resilience/clock';
import type { Outputs } from '../config/config.ts';
import { keepJsonl } from '../follow/outputs/keep-jsonl.ts';
import { keepSummary } from '../follow/outputs/keep-summary.ts';
import type { ConnectionHealth } from '../follow/outputs/keep-summary.ts';
import type { OutputDeps, OutputEnd } from '../follow/outputs/keep-trying.ts';
import type { EngineEvent } from '../model/event.ts';
import type { Store } from '../store/port.ts';

const HINT = 'The harvest goes on; the file is brought up to date as soon as it can be written.';

/** What the configured outputs work with. */
export interface OutputParts {
  readonly outputs: Outputs;
  readonly store: Store;
  readonly clock: Clock;
  readonly health: () => ConnectionHealth;
  readonly emit: (event: EngineEvent) => void;
  /** An output cannot be written, as a sentence; null = it can. */
  readonly trouble: (
    output: 'jsonl' | 'summary',
    summary: string | null,
    nextAttemptAt: number | null,
  ) => void;
}

/**
 * Keeps the files of `outputs` up to date until the harvest is over and they hold everything, or the engine stops.
 * Resolves with why those that do not hold everything do not, a sentence each.
 */
export async function keepOutputs(parts: OutputParts, end: OutputEnd): Promise<readonly string[]> {
  const { outputs, store, health, trouble } = parts;
  const { jsonl, summary } = outputs;
  // An output that is configured no longer has no trouble, whatever the engine before left.
  if (jsonl === null) trouble('jsonl', null, null);
  if (summary === null) trouble('summary', null, null);
  const ended = await Promise.all([
    jsonl === null ? null : keepJsonl(depsOf(parts, 'jsonl', jsonl), store, end),
    summary === null ? null : keepSummary(depsOf(parts, 'summary', summary), store, health, end),
  ]);
  return ended.filter((why) => why !== null);
}

function depsOf(
  { clock, emit, trouble }: OutputParts,
  output: 'jsonl' | 'summary',
  path: string,
): OutputDeps {
  const notice: OutputDeps['notice'] = (told) =>
    emit({ kind: 'notice', at: clock.now(), source: null, ...told });
  // Null = nothing told yet, '' = all is well.
  let told: string | null = null;
  return {
    path,
    clock,
    notice,
    trouble: (summary, nextAttemptAt) => {
      if (summary === null && told === '') return;
      if (summary !== null && summary !== told)
        notice({ code: 'OUTPUT_WAITS', message: summary, hint: HINT });
      trouble(output, summary, nextAttemptAt);
      told = summary ?? '';
    },
  };
}
