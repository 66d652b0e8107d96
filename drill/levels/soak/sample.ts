import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pidsOf, statusOf, type Place } from '../../product/page.ts';

/** What was measured of the product at one moment; null where it could not be. Bytes, seconds, counts. */
export type Sample = { readonly at: number } & Readonly<Record<Measure, number | null>>;

/** What is measured, in the order of the columns. */
export const measures = [
  'engineRss',
  'engineHeap',
  'engineFds',
  'engineThreads',
  'serverRss',
  'serverFds',
  'supervisorRss',
  'supervisorFds',
  'walBytes',
  'storeBytes',
  'loopDelayP99',
  'statusSeconds',
  'engineCpuSeconds',
  'records',
  'requests',
] as const;
export type Measure = (typeof measures)[number];

/** Looks at everything once. What does not answer is null: a row of nulls is a finding of its own. */
export async function sample(place: Place): Promise<Sample> {
  const at = Date.now();
  const began = performance.now();
  const status = await statusOf(place).catch(() => null);
  const statusSeconds = status === null ? null : (performance.now() - began) / 1_000;
  const metrics = await metricsOf(place).catch(() => new Map<string, number>());
  const pids = status === null ? null : pidsOf(status);
  const metric = (name: string): number | null => metrics.get(name) ?? null;
  return {
    at,
    engineRss: pids && rssOf(pids.engine),
    engineHeap: metric('holdfast_engine_heap_used_bytes'),
    engineFds: pids && fdsOf(pids.engine),
    engineThreads: pids && statusField(pids.engine, 'Threads'),
    serverRss: pids && rssOf(pids.server),
    serverFds: pids && fdsOf(pids.server),
    supervisorRss: pids && rssOf(pids.supervisor),
    supervisorFds: pids && fdsOf(pids.supervisor),
    walBytes: sizeOf(join(place.dataFolder, 'holdfast.db-wal')),
    storeBytes: sizeOf(join(place.dataFolder, 'holdfast.db')),
    loopDelayP99: metric('holdfast_engine_event_loop_delay_p99_seconds'),
    statusSeconds,
    engineCpuSeconds: metric('holdfast_engine_cpu_seconds_total'),
    records: status?.store.records ?? null,
    requests: metric('holdfast_upstream_requests_total'),
  };
}

/** The samples as a table with a heading. */
export function csvOf(samples: readonly Sample[]): string {
  const cells = (row: readonly (number | string | null)[]): string => row.map((cell) => cell ?? '').join(',');
  const rows = samples.map((each) => cells([each.at, ...measures.map((measure) => each[measure])]));
  return `${[cells(['at', ...measures]), ...rows].join('\n')}\n`;
}

/** Sums over the labels of each metric. */
async function metricsOf({ page, signal }: Place): Promise<ReadonlyMap<string, number>> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const text = await (await fetch(new URL('metrics', page), { signal: limit })).text();
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== '') sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

function rssOf(pid: number): number | null {
  const kilobytes = statusField(pid, 'VmRSS');
  return kilobytes === null ? null : kilobytes * 1024;
}

function statusField(pid: number, field: string): number | null {
  try {
    const text = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const found = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

function fdsOf(pid: number): number | null {
  try {
    return readdirSync(`/proc/${String(pid)}/fd`).length;
  } catch {
    return null;
  }
}

function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}
