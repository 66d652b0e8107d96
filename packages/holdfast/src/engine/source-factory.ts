import { publishedFloor, type SourceConfig } from '../config/index.ts';
import { arxivSource } from '../sources/arxiv/index.ts';
import { biorxivSource } from '../sources/biorxiv/index.ts';
import { holdfastSource } from '../sources/holdfast/index.ts';
import { oaiPmhSource } from '../sources/oai-pmh/index.ts';
import type { Source } from '../sources/port.ts';
import { HoldfastError } from '../model/error.ts';

/** Builds the connector that a source's `kind` names. @throws `ERR_CONFIG_SOURCE` when a needed setting is missing */
export function makeSource(config: SourceConfig): Source {
  const {
    kind,
    metadataPrefix,
    set,
    from: _from,
    enabled: _enabled,
    until: _until,
    cooldown,
    ...rest
  } = config;
  const common = {
    ...politeness(config),
    ...rest,
    ...(cooldown === undefined ? {} : { cooldownMs: cooldown }),
  };
  switch (kind) {
    case 'arxiv':
      return arxivSource(common);
    case 'biorxiv':
    case 'medrxiv':
      return biorxivSource({ ...common, kind });
    case 'holdfast':
      return holdfastSource({
        ...common,
        baseUrl: addressOf(config, 'the address of the other Holdfast, such as http://server:4848'),
        ...(set === undefined ? {} : { set }),
      });
    case 'oai-pmh':
      return oaiPmhSource({
        ...common,
        baseUrl: addressOf(config, 'the full address of the OAI-PMH endpoint'),
        metadataPrefix: metadataPrefix ?? 'oai_dc',
        ...(set === undefined ? {} : { set }),
      });
  }
}

/** What the upstream asks of everybody, whatever the kind by which it is read. */
function politeness(config: SourceConfig): Pick<SourceConfig, 'minIntervalMs'> {
  const floor = publishedFloor(config);
  return floor === 0 ? {} : { minIntervalMs: floor };
}

function addressOf({ id, baseUrl }: SourceConfig, what: string): string {
  if (baseUrl !== undefined) return baseUrl;
  throw new HoldfastError('ERR_CONFIG_SOURCE', `Source "${id}" has no baseUrl.`, {
    hint: `Add "baseUrl": ${what}.`,
  });
}
