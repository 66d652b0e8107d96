import type { Config, SourceConfig } from '../../../config/index.ts';
import { isLinkStream } from '../../../model/window.ts';
import type { StoreReader } from '../../../store/port.ts';
import { checkSource } from '../../known-source.ts';
import type { IdKind } from './found-id.ts';

/** How far the store knows what the upstream has. */
export interface Completeness {
  readonly records: number;
  /** Days of its windows that are verified, only sealed, or neither; half-open ranges. */
  readonly verified: readonly DaySpan[];
  readonly sealed: readonly DaySpan[];
  readonly open: readonly DaySpan[];
  readonly gaps: number;
}

/** A half-open range of days; `to` null: it goes on. */
export interface DaySpan {
  readonly from: string;
  readonly to: string | null;
}

/** The source that a person named. @throws HoldfastError `ERR_USAGE_SOURCE` */
export function namedSource(config: Config, id: string | undefined): SourceConfig | null {
  if (id === undefined) return null;
  checkSource(config, id);
  return config.sources.find((source) => source.id === id) ?? null;
}

/** The kind that a person's choice of a source says of the ids; null: their form tells. */
export function kindOf(source: SourceConfig | null): IdKind | null {
  return source === null || source.kind === 'holdfast' ? null : source.kind;
}

/** Ids of a data set that are looked for in a source, to tell repositories apart. */
export type Sample = readonly string[];

/** The source whose records the ids are compared with; null when none is configured or has any. */
export async function sourceFor(
  { sources }: Config,
  reader: StoreReader | null,
  kind: IdKind,
  sample: Sample,
): Promise<SourceConfig | null> {
  const alike = sources.filter((source) => source.kind === kind || source.kind === 'holdfast');
  if (reader === null) return null;
  const rated: { source: SourceConfig; found: number; records: number }[] = [];
  const { perSource } = await reader.stats();
  for (const source of alike) {
    const records = perSource.find((each) => each.source === source.id)?.records ?? 0;
    if (records === 0) continue;
    rated.push({ source, found: (await reader.find(source.id, sample)).length, records });
  }
  // Repositories are told apart by their records alone; of other kinds there is one upstream.
  const fitting = kind === 'oai-pmh' ? rated.filter(({ found }) => found > 0) : rated;
  return fitting.sort((a, b) => b.found - a.found || b.records - a.records)[0]?.source ?? null;
}

/** How far the store knows the upstream of a source. */
export async function completenessOf(reader: StoreReader, source: string): Promise<Completeness> {
  const windows = (await reader.windows(source)).filter(({ stream }) => !isLinkStream(stream));
  const spans = (state: (name: string) => boolean): readonly DaySpan[] =>
    merged(windows.filter((window) => state(window.state)).map(({ from, to }) => ({ from, to })));
  const { perSource } = await reader.stats();
  const counts = perSource.find((each) => each.source === source);
  return {
    records: counts?.records ?? 0,
    verified: spans((state) => state === 'VERIFIED'),
    sealed: spans((state) => state === 'SEALED'),
    open: spans((state) => state !== 'VERIFIED' && state !== 'SEALED'),
    gaps: counts?.gapsOpen ?? 0,
  };
}

function merged(spans: readonly DaySpan[]): readonly DaySpan[] {
  const all: DaySpan[] = [];
  for (const span of spans.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = all.at(-1);
    if (last !== undefined && (last.to === null || last.to >= span.from)) {
      const to = last.to === null || span.to === null ? null : last.to > span.to ? last.to : span.to;
      all[all.length - 1] = { from: last.from, to };
    } else all.push(span);
  }
  return all;
}
