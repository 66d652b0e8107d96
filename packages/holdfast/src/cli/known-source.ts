import { nearest, type Config } from '../config/index.ts';
import { HoldfastError } from '../model/error.ts';

/** @throws HoldfastError `ERR_USAGE_SOURCE` unless a source of this id is configured */
export function checkSource({ sources }: Config, id: string): void {
  const ids = sources.map((source) => source.id);
  if (ids.includes(id)) return;
  const meant = nearest(id, ids);
  throw new HoldfastError('ERR_USAGE_SOURCE', `There is no source "${id}".`, {
    hint: meant === undefined ? `Sources: ${ids.join(', ')}.` : `Did you mean ${meant}?`,
  });
}
