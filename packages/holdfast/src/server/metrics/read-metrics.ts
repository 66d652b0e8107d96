import type { Config } from '../../config/index.ts';
import { askEngine } from '../../control/ask.ts';
import type { ControlWorld } from '../../control/ask.ts';
import { HoldfastError } from '../../model/error.ts';
import type { EngineMetrics } from '../../model/metrics.ts';
import type { FoundStatus } from '../../status/read-status.ts';
import { exposition } from './exposition.ts';
import { families } from './families.ts';

/** Where the metrics come from. */
export interface MetricsSources {
  readonly world: ControlWorld;
  readonly config: Config;
  readonly status: () => Promise<FoundStatus>;
}

const PATIENCE = 1_000;

/** The metrics as Prometheus text; what nobody answered for is left out. */
export async function readMetrics({ world, config, status }: MetricsSources): Promise<string> {
  const { report } = await status();
  const engine = report.engine.state === 'running' ? await askMetrics(world, config.dataDir) : null;
  return exposition(families({ report, engine }));
}

/** Null when the engine does not answer, or does not know the question. */
async function askMetrics(world: ControlWorld, dataDir: string): Promise<EngineMetrics | null> {
  try {
    const reply = await askEngine(world, dataDir, { verb: 'metrics', patience: PATIENCE });
    return reply.type === 'result' ? (reply.result as EngineMetrics) : null;
  } catch (error) {
    if (error instanceof HoldfastError) return null;
    throw error;
  }
}
