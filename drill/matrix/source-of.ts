import type { Simulator } from '../upstream/simulator.ts';
import type { UpstreamSpec } from './row.ts';

/** The pause between requests that every source here is configured with unless told, ms. */
const MIN_INTERVAL_MS = 20;

/** The pause between the requests of a source, ms. */
export function intervalOf(spec: UpstreamSpec | undefined): number {
  const told = spec?.source?.['minIntervalMs'];
  return typeof told === 'number' ? told : MIN_INTERVAL_MS;
}

/** The id of a row's source in the product's configuration. */
export function sourceId(index: number): string {
  return `s${String(index + 1)}`;
}

/** The source of a simulated upstream in the product's configuration. */
export function sourceOf(spec: UpstreamSpec | undefined, { baseUrl }: Simulator, index: number): object {
  const common = { id: sourceId(index), kind: spec?.kind, baseUrl, from: '30d' };
  return { ...common, minIntervalMs: MIN_INTERVAL_MS, cooldown: '1s', ...spec?.source };
}
