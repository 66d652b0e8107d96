import type { Stage } from '../stage.ts';
import { Ledger } from '../upstream/ledger.ts';
import type { Simulator } from '../upstream/simulator.ts';
import type { Installation } from './installation.ts';

/** The id of the one source. */
export const SOURCE = 'src';

/** One simulated upstream, and a data folder that is harvested from it. */
export interface OneSource {
  readonly simulator: Simulator;
  readonly product: Installation;
  readonly ledger: () => Ledger;
}

/** What is harvested, and how. */
export interface Layout {
  readonly records?: number;
  readonly pageSize?: number;
  /** Faults of the simulator. */
  readonly faults?: readonly string[];
  readonly args?: readonly string[];
  /** Further keys of the source, and of the configuration. */
  readonly source?: object;
  readonly more?: object;
}

/** Starts an OAI-PMH repository and configures the product for it; nothing is harvested yet. */
export async function layOutOne(
  stage: Stage,
  { records = 300, pageSize = 20, faults = [], args = [], source, more }: Layout,
): Promise<OneSource> {
  const simulator = await stage.simulate({ kind: 'oai-pmh', records, pageSize, faults, args });
  const repository = {
    id: SOURCE,
    kind: 'oai-pmh',
    baseUrl: simulator.baseUrl,
    metadataPrefix: 'oai_dc',
    from: 'all',
  };
  const product = stage.install([{ ...repository, ...source }], {
    dashboard: { port: 0 },
    audit: { every: 'off' },
    ...more,
  });
  return { simulator, product, ledger: () => Ledger.read(simulator.ledgerFile) };
}
