import { nearest, type Config } from '../config/index.ts';
import { HoldfastError } from '../model/error.ts';
import type { StoreReader } from '../store/port.ts';

/** @throws HoldfastError `ERR_USAGE_SOURCE` unless a source of this id is configured */
export function checkSource({ sources }: Config, id: string): void {
  const ids = sources.map((source) => source.id);
  if (ids.includes(id)) return;
  const meant = nearest(id, ids);
  throw new HoldfastError('ERR_USAGE_SOURCE', `There is no source "${id}".`, {
    hint: meant === undefined ? `Sources: ${ids.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

/**
 * A source may be in the store alone, when an import made it; a name that nobody knows would look like an empty one.
 * @throws HoldfastError `ERR_USAGE_SOURCE` unless the source is configured or in the store
 */
export async function checkHeldSource(
  config: Config,
  reader: Pick<StoreReader, 'sources'>,
  id: string | undefined,
): Promise<void> {
  if (id === undefined || (await reader.sources()).some((source) => source.id === id)) return;
  checkSource(config, id);
}
