import { Ledger } from '../upstream/ledger.ts';
import type { Stage } from '../stage.ts';
import { sourceOf } from './source-of.ts';
import type { UpstreamSpec } from './row.ts';

/** A walk without any fault. */
export interface CleanWalk {
  readonly requests: number;
  readonly exit: number | null;
}

/** The same walk without its fault, played once for all rows that share it. */
const walks = new Map<string, Promise<CleanWalk>>();

/** Flags that make a fault worse, and change nothing without one. */
const OF_FAULTS = ['--restamp', '--retry-after', '--slow-ms', '--drip-bytes'];

/** The walk of these lists when nothing goes wrong; that even this does not end well is a finding of its own. */
export async function cleanWalk(stage: Stage, specs: readonly UpstreamSpec[]): Promise<CleanWalk> {
  const upstreams = specs.map(withoutFaults);
  const key = JSON.stringify([stage.seed, upstreams]);
  const known = walks.get(key) ?? walk(stage, upstreams);
  walks.set(key, known);
  try {
    return await known;
  } catch (error) {
    // It may have ended with the stage of another row.
    if (walks.get(key) === known) walks.delete(key);
    if (stage.signal.aborted) throw error;
    return walk(stage, upstreams);
  }
}

async function walk(stage: Stage, upstreams: readonly UpstreamSpec[]): Promise<CleanWalk> {
  const simulators = await Promise.all(
    upstreams.map((spec, index) =>
      stage.simulate({ ...spec, args: spec.args ?? [], seed: stage.seed + index }),
    ),
  );
  const product = stage.install(
    simulators.map((simulator, index) => sourceOf(upstreams[index], simulator, index)),
  );
  const { code } = await product.run('run', '--once', '--deadline', '60s');
  const requests = simulators.reduce(
    (sum, { ledgerFile }) => sum + Ledger.read(ledgerFile).exchanges.length,
    0,
  );
  return { requests, exit: code };
}

/**
 * What such a walk may need: each page twice, by both looks, a request for what the repository is, and the ends of
 * the two windows. Null for lists that are not walked by plain pages.
 */
export function mostRequests(specs: readonly UpstreamSpec[]): number | null {
  if (specs.some(({ kind, args = [] }) => kind !== 'oai-pmh' || args.length > 0)) return null;
  return specs.reduce((sum, { records, pageSize }) => sum + 2 * Math.ceil(records / pageSize) + 6, 0);
}

function withoutFaults({ args = [], kind, records, pageSize }: UpstreamSpec): UpstreamSpec {
  const kept = args.filter(
    (arg, index) => !OF_FAULTS.includes(arg) && !OF_FAULTS.includes(args[index - 1] ?? ''),
  );
  return { kind, records, pageSize, faults: [], args: kept };
}
