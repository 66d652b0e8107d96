import { Ledger } from '../upstream/ledger.ts';
import type { Stage } from '../stage.ts';
import { sourceOf } from './source-of.ts';
import type { UpstreamSpec } from './row.ts';

/** The same walk without its fault, played once for all rows that share it: the number of its requests. */
const walks = new Map<string, Promise<number>>();

/** Flags that make a fault worse, and change nothing without one. */
const OF_FAULTS = ['--restamp', '--retry-after', '--slow-ms', '--drip-bytes'];

/** Requests of the walk of these lists when nothing goes wrong. @throws Error when even that does not end well */
export async function cleanRequests(stage: Stage, specs: readonly UpstreamSpec[]): Promise<number> {
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

async function walk(stage: Stage, upstreams: readonly UpstreamSpec[]): Promise<number> {
  const simulators = await Promise.all(
    upstreams.map((spec, index) =>
      stage.simulate({ ...spec, args: spec.args ?? [], seed: stage.seed + index }),
    ),
  );
  const product = stage.install(
    simulators.map((simulator, index) => sourceOf(upstreams[index], simulator, index)),
  );
  const { code, stderr } = await product.run('run', '--once', '--deadline', '90s');
  if (code !== 0) throw new Error(`the walk without a fault ended with ${String(code)}: ${stderr}`);
  return simulators.reduce((sum, { ledgerFile }) => sum + Ledger.read(ledgerFile).exchanges.length, 0);
}

function withoutFaults({ args = [], kind, records, pageSize }: UpstreamSpec): UpstreamSpec {
  const kept = args.filter(
    (arg, index) => !OF_FAULTS.includes(arg) && !OF_FAULTS.includes(args[index - 1] ?? ''),
  );
  return { kind, records, pageSize, faults: [], args: kept };
}
