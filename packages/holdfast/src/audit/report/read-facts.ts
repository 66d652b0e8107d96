import { dayOf, isDay, type Day } from '../../model/day.ts';
import type { SourceState, StoreReader } from '../../store/port.ts';
import type { SourceFacts } from './facts.ts';

const NONE: ReadonlyMap<Day, number> = new Map();
const PAGE = 20_000;

/** What completeness is reckoned from, without counts of records: of the order of windows and gaps. */
export async function readFacts(
  reader: Pick<StoreReader, 'windows' | 'gaps' | 'audits'>,
  state: SourceState,
): Promise<SourceFacts> {
  const windows = await reader.windows(state.id);
  const dates = [state.watermark, ...windows.map(({ serverDate }) => serverDate)];
  return {
    source: state.id,
    kind: state.kind,
    from: dayIn(state.from),
    upstreamDay:
      dates
        .flatMap((date) => dayIn(date) ?? [])
        .toSorted()
        .at(-1) ?? null,
    windows,
    gaps: await reader.gaps(state.id),
    audits: await reader.audits(state.id),
    records: NONE,
    quarantined: NONE,
  };
}

/** As `readFacts`, with the records and the quarantine of each day: reads every record once, page by page. */
export async function readAllFacts(
  reader: Pick<StoreReader, 'windows' | 'gaps' | 'audits' | 'held' | 'quarantine'>,
  state: SourceState,
): Promise<SourceFacts> {
  const facts = await readFacts(reader, state);
  const records = new Map<Day, number>();
  for (let after = ''; ;) {
    const page = await reader.held(state.id, { after, limit: PAGE });
    for (const { datestamp } of page) add(records, datestamp);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.id;
  }
  const quarantined = new Map<Day, number>();
  for (const { datestamp } of await reader.quarantine({ source: state.id, state: 'open' }))
    add(quarantined, datestamp ?? '');
  return { ...facts, records, quarantined };
}

function add(counts: Map<Day, number>, datestamp: string): void {
  const day = datestamp.slice(0, 10);
  counts.set(day, (counts.get(day) ?? 0) + 1);
}

function dayIn(date: string | null): Day | null {
  const at = date === null ? Number.NaN : Date.parse(date);
  const day = Number.isNaN(at) ? '' : dayOf(at);
  return isDay(day) ? day : null;
}
