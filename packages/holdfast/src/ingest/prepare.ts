import type { Day } from '../model/day.ts';
import type { Description, Source } from '../sources/port.ts';
import type { SourceState, Store } from '../store/port.ts';
import type { Fetcher } from './fetcher.ts';
import { planStream, resolveFrom } from './plan.ts';
import type { SourceMemory } from './source-memory.ts';

/** What planning a source works with. */
export interface Preparation {
  readonly store: Pick<Store, 'windows' | 'plan'>;
  readonly fetcher: Fetcher;
  readonly memory: SourceMemory;
  readonly source: Source;
  readonly from: string;
  readonly until: Day | null;
  /** The server's day as far as known. */
  readonly today: () => Day;
  /** Runs a write until our disk lets it. */
  readonly write: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Lets the source describe itself when it has to, then plans the windows that are missing; gives the source as it is then. */
export async function prepareSource(
  preparation: Preparation,
  remembered: SourceState,
  signal: AbortSignal,
): Promise<Source> {
  const source = await describe(preparation, remembered, signal);
  await plan({ ...preparation, source }, remembered);
  return source;
}

/** Asks a repository once what it says of itself: its earliest day and the granularity of its dates. */
async function describe(
  { source, fetcher, memory, write }: Preparation,
  remembered: SourceState,
  signal: AbortSignal,
): Promise<Source> {
  const request = source.identify();
  if (request === null || source.withDescription === undefined) return source;
  const known = remembered.memory['description'] as Description | undefined;
  const description = known ?? (await fetcher.describe(request, signal));
  if (description === null) return source;
  if (known === undefined) await write(() => memory.change({ description }));
  return source.withDescription(description);
}

async function plan(
  { store, source, from, until, today: todayOf, memory, write }: Preparation,
  remembered: SourceState,
): Promise<void> {
  const today = todayOf();
  const earliest = source.streams[0]?.earliest ?? null;
  const wanted = resolveFrom(from, today, earliest);
  // `30d` is resolved once: the same setting tomorrow must not be a later day, nor a new plan.
  const sameSetting = remembered.memory['from'] === from && remembered.from !== null;
  const first =
    sameSetting || (remembered.from !== null && remembered.from < wanted)
      ? (remembered.from ?? wanted)
      : wanted;
  const existing = await store.windows(source.id);
  const windows = source.streams.flatMap((stream) =>
    planStream({ source: source.id, stream, from: first, until, today, existing }),
  );
  // An engine that starts again finds everything planned: nothing stands between it and its first request.
  if (windows.length > 0) await write(() => store.plan(windows));
  if (!sameSetting || remembered.from !== first) await write(() => memory.change({ from }, { from: first }));
}
