import type { Stage } from '../stage.ts';
import { Ledger } from '../upstream/ledger.ts';
import type { Simulator } from '../upstream/simulator.ts';
import type { Evidence, Row, UpstreamSpec } from './row.ts';

/** The simulated upstreams of a row, as they run. */
export interface Upstreams {
  readonly specs: readonly UpstreamSpec[];
  readonly simulators: readonly [Simulator, ...Simulator[]];
  /** The ledgers as they stand now. */
  readonly ledgers: () => Evidence['ledgers'];
  /** The answer in which a fault fired, from a fresh simulator that is asked the same. */
  readonly answerWith: Evidence['answerWith'];
}

/** Starts the upstreams of a row, in the size of the stage. */
export async function upstreamsOf(row: Row, stage: Stage): Promise<Upstreams> {
  const specs = row.upstreams.map((spec) => sized(spec, stage));
  const simulators = await Promise.all(specs.map((spec, index) => simulate(stage, spec, index)));
  const [first, ...rest] = simulators;
  if (first === undefined) throw new TypeError('a row needs an upstream');
  const ledgers = (): Evidence['ledgers'] => [
    Ledger.read(first.ledgerFile),
    ...rest.map(({ ledgerFile }) => Ledger.read(ledgerFile)),
  ];
  return { specs, simulators: [first, ...rest], ledgers, answerWith: replayer(stage, specs[0], ledgers) };
}

function sized(spec: UpstreamSpec, { size }: Stage): UpstreamSpec {
  const { shorter = 1, records, pageSize } = spec;
  return size === 'full' ? spec : { ...spec, records: records / shorter, pageSize: pageSize / shorter };
}

function simulate(stage: Stage, spec: UpstreamSpec, index: number): Promise<Simulator> {
  return stage.simulate({ ...spec, args: spec.args ?? [], seed: stage.seed + index });
}

/** A run of a simulator is replayed by its seed, its flags and the same requests in the same order. */
function replayer(
  stage: Stage,
  spec: UpstreamSpec | undefined,
  ledgers: () => Evidence['ledgers'],
): Evidence['answerWith'] {
  return async (fault) => {
    if (spec === undefined) throw new TypeError('a row needs an upstream');
    const [{ exchanges }] = ledgers();
    const { baseUrl } = await simulate(stage, spec, 0);
    for (const { request, response } of exchanges) {
      const answer = await fetch(new URL(request.url, baseUrl), { signal: stage.signal });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (response?.fault === fault) return bytes.toString('latin1');
    }
    throw new Error(`no answer has the fault ${fault}`);
  };
}
