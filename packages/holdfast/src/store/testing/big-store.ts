/**
 * Makes a store as a large installation has it after a year, to measure how soon pages and status answer:
 * `node --conditions=@holdfast/source big-store.ts FILE [SOURCES]`.
 */
import { VirtualClock } from '@holdfast/resilience/clock';
import { addDays, dayOf } from '../../model/day.ts';
import type { Day } from '../../model/day.ts';
import type { IncidentCause } from '../../model/incident.ts';
import { SLOTS_PER_DAY, TIMELINE_LETTERS } from '../../model/timeline.ts';
import type { Store } from '../port.ts';
import { openStore } from '../sqlite/sqlite-store.ts';
import { bad, commitOf, incident, leased, newWindow, paper } from './fixtures.ts';

/** How large the store becomes. */
export interface BigStoreOptions {
  readonly file: string;
  /** The instant at which its year ends, wall ms. */
  readonly now: number;
  readonly sources?: number;
  readonly windowsPerSource?: number;
  /** Over the whole year; those that are over for 30 days are rolled up. */
  readonly incidents?: number;
}

const DAYS = 365;
const DAY_MS = 86_400_000;
const STATES = ['SEALED', 'VERIFIED', 'OPEN', 'GAP'] as const;
const CAUSES: readonly IncidentCause[] = ['outage', 'throttled', 'offline', 'asleep', 'crash', 'stale'];
const LETTERS = Object.values(TIMELINE_LETTERS);

/** Makes the store in `file`, which must not exist; the same options give the same store. */
export async function makeBigStore(options: BigStoreOptions): Promise<void> {
  const { file, now, sources = 500, windowsPerSource = 50, incidents = 20_000 } = options;
  const store = await openStore({ file, clock: new VirtualClock({ start: now }) });
  const names = Array.from({ length: sources }, (_, index) => `source-${String(index).padStart(4, '0')}`);
  for (const name of names) await putSource(store, name, windowsPerSource, now);
  await putYear(store, names, dayOf(now));
  await putIncidents(store, names, incidents, now);
  await store.index(sources * 10);
  await store.close();
}

async function putSource(store: Store, source: string, windows: number, now: number): Promise<void> {
  const lease = await leased(store, { source, lane: 'tail', to: null });
  const state = { state: 'ok', reason: '', lastSuccessAt: now - 60_000, watermark: dayOf(now) };
  await store.putSource(source, 'oai-pmh', state);
  await store.plan(
    Array.from({ length: windows - 1 }, (_, index) => {
      const [from, to] = [addDays('2020-01-01', index * 7), addDays('2020-01-01', index * 7 + 7)];
      return newWindow({ source, from, to, state: STATES[index % STATES.length] ?? 'OPEN' });
    }),
  );
  const items = Array.from({ length: 10 }, (_, index) =>
    paper({ id: `${source}/${index}`, title: 'A title' }),
  );
  await store.commit(commitOf(lease, { batchId: source, items, bad: [bad(`${source}/bad`, '<a>')] }));
  await store.putGaps(
    source,
    [
      {
        key: 'record:lost',
        id: `${source}/lost`,
        range: null,
        datestamp: null,
        reason: 'It was listed.',
        attempts: 1,
        state: 'open',
        lastAnswer: null,
        nextAt: null,
      },
    ],
    now,
  );
}

/** Timelines day by day: hours for those that are rolled up by now, and every tenth slot something else than well. */
async function putYear(store: Store, names: readonly string[], today: Day): Promise<void> {
  for (let age = DAYS - 1; age >= 0; age -= 1) {
    const length = age > 30 ? 24 : SLOTS_PER_DAY;
    const day = addDays(today, -age);
    const letter = (index: number): string =>
      (index + age) % 10 === 0 ? (LETTERS[(index + age) % LETTERS.length] ?? 'o') : 'o';
    await store.putTimelines(
      names.map((source, index) => ({
        source,
        day,
        slots: Array.from({ length }, (_, slot) => letter(slot + index)).join(''),
      })),
    );
  }
}

/** Incidents spread over the year, a few of which last still; the store's own upkeep rolls up the rest. */
async function putIncidents(
  store: Store,
  names: readonly string[],
  count: number,
  now: number,
): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => {
    const startedAt = now - Math.floor(((count - index) / count) * DAYS * DAY_MS);
    const source = names[index % names.length] ?? '';
    return incident({
      id: `incident-${index}`,
      cause: CAUSES[index % CAUSES.length] ?? 'outage',
      scope: `${source}.example.org`,
      sources: [source, names[(index * 7) % names.length] ?? ''],
      startedAt,
      detectedAt: startedAt + 5000,
      recoveredAt: index >= count - 20 ? null : startedAt + 600_000,
      actions: [{ at: startedAt + 5000, what: 'Waits for the host and tries it again.' }],
      recordsAffected: index % 100,
    });
  });
  for (let at = 0; at < count; at += 1000) await store.putIncidents(all.slice(at, at + 1000));
  for (let more = true; more;) ({ more } = await store.maintain({ now, keepRawMs: null, limit: 1 }));
}

if (import.meta.main) {
  const [file, sources] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: big-store.ts FILE [SOURCES]');
  await makeBigStore({
    file,
    now: Date.UTC(2026, 10, 22),
    ...(sources === undefined ? {} : { sources: Number(sources) }),
  });
}
