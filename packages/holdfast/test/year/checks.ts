import { addDays, dayOf } from '../../src/model/day.ts';
import type { Store } from '../../src/store/port.ts';
import { compare } from '../simulation/compare.ts';
import type { DiskUse } from './disk-sample.ts';
import { missingIncidents } from './witness.ts';
import { BOUNDS, START } from './year-machine.ts';
import type { YearRun } from './year-run.ts';

/** What was counted of one source at the end. */
export interface SourceCount {
  readonly id: string;
  readonly published: number;
  readonly requests: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly gaps: number;
  readonly quarantined: number;
  readonly windows: Readonly<Record<string, number>>;
}

/** Windows that are younger than this may still wait for their first look, days. */
const YOUNG_DAYS = 2;
const KEPT_DAYS = 400;
const FULL_DAYS = 30;

/** Compares a source with its upstream's ledger; what is wrong goes to `findings`. */
export async function checkSource(
  run: YearRun,
  store: Store,
  id: string,
  findings: string[],
): Promise<SourceCount> {
  const one = run.machine.upstreams.find(({ source }) => source.id === id);
  if (one === undefined) throw new Error(`no upstream ${id}`);
  const { upstream, watch } = one;
  const found = await compare(upstream.kind, upstream, only(store, id), watch);
  const { lost, duplicated, unexpected, impolite, gaps, quarantined, requests } = found;
  if (lost.length > 0) findings.push(`${id} lost ${lost.length}: ${lost.slice(0, 5).join(', ')}`);
  if (duplicated.length > 0) findings.push(`${id} duplicated ${duplicated.slice(0, 5).join(', ')}`);
  if (unexpected.length > 0) findings.push(`${id} has unexpected ${unexpected.slice(0, 5).join(', ')}`);
  if (gaps > 0) findings.push(`${id} has ${gaps} open gaps`);
  findings.push(...impolite.slice(0, 5).map((what) => `${id}: ${what}`));
  const windows: Record<string, number> = {};
  const young = addDays(dayOf(run.machine.network.trueNow()), -YOUNG_DAYS);
  for (const { key, state, to } of await store.windows(id)) {
    if (to === null) continue;
    windows[state] = (windows[state] ?? 0) + 1;
    if (state !== 'VERIFIED' && to <= young) findings.push(`window ${key} is ${state}`);
  }
  return {
    id,
    published: [...upstream.truth()].length,
    requests,
    lost: lost.length,
    duplicated: duplicated.length,
    unexpected: unexpected.length,
    gaps,
    quarantined,
    windows,
  };
}

/** The store as if it held one source alone. */
function only(store: Store, source: string): Store {
  const narrow: Partial<Store> = {
    export: (query) => store.export({ ...query, source }),
    gaps: () => store.gaps(source),
    quarantine: (options) => store.quarantine({ ...options, source }),
  };
  return new Proxy(store, {
    get: (target, name) =>
      name in narrow
        ? (Reflect.get(narrow, name) as unknown)
        : (Reflect.get(target, name, target) as unknown),
  });
}

/** Every cause that was brought about is in the book or its totals, and nothing lasts. */
export async function checkIncidents(run: YearRun, store: Store): Promise<readonly string[]> {
  const { incidents } = run.machine;
  const open = await store.incidents({ open: true });
  const single = await store.incidents();
  const totals = await store.incidentTotals('1970-01-01');
  const kept = single.length + totals.reduce((sum, { count }) => sum + count, 0);
  // What a clock that was years behind wrote down is dropped as too old once the clock is right.
  const dated = [...incidents.values()].filter(({ startedAt }) => startedAt >= START).length;
  return [
    ...missingIncidents(run.expected, incidents),
    ...open.map(({ id, summary }) => `incident ${id} is open still: ${summary}`),
    ...(kept >= dated && kept <= incidents.size
      ? []
      : [`${incidents.size} incidents were written, ${kept} are there or in totals`]),
  ];
}

/** What must not grow for ever. */
export function checkDisk(run: YearRun, samples: readonly DiskUse[]): readonly string[] {
  const { log, upstreams, incidents } = run.machine;
  const findings: string[] = [];
  for (const { day, store, wal, logs, journal, rows } of samples) {
    const all = store + wal + logs + journal;
    if (all > BOUNDS.maxDisk) findings.push(`day ${day}: ${all} bytes, beyond maxDisk`);
    if (logs > BOUNDS.logs.maxTotal) findings.push(`day ${day}: ${logs} bytes of logs`);
    if (rows.disk_samples > KEPT_DAYS) findings.push(`day ${day}: ${rows.disk_samples} disk samples`);
    if (rows.timelines > KEPT_DAYS * upstreams.length)
      findings.push(`day ${day}: ${rows.timelines} timelines`);
    // Days that a wrong clock named stay until their time has come.
    if (rows.full_timelines > (FULL_DAYS + 10) * upstreams.length)
      findings.push(`day ${day}: ${rows.full_timelines} timelines in full`);
    if (day > 2 * FULL_DAYS && rows.incidents > incidents.size / 2)
      findings.push(`day ${day}: ${rows.incidents} incidents kept singly`);
  }
  if (log.largestTotal > BOUNDS.logs.maxTotal) findings.push(`logs grew to ${log.largestTotal} bytes`);
  if (log.missing > 0) findings.push(`${log.missing} lines are missing in the log`);
  return findings;
}
