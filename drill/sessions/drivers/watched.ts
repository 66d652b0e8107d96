import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessIdentity } from '@holdfast/resilience/process';
import type { SessionAdapter } from '@holdfast/resilience/session';
import type { DriveOptions, Opened, Processes } from './driver.ts';

/** What a drill knows of an adapter that it watches. */
export interface Watched<R, S, V> {
  readonly adapter: SessionAdapter<R, S, V>;
  readonly processes: () => Processes | null;
  readonly opened: Opened;
}

/** An adapter that remembers what it opened last, so that a drill knows whom to strike, and when a snapshot begins. */
export function watched<R, S, V>(
  adapter: SessionAdapter<R, S, V>,
  browserOf: (resource: R) => ProcessIdentity | null,
  { onSnapshot }: Pick<DriveOptions, 'onSnapshot'>,
  driverOf: (resource: R) => ProcessIdentity | null = () => null,
): Watched<R, S, V> {
  let latest: R | undefined;
  const opened = { calls: 0, together: 0 };
  let now = 0;
  return {
    opened,
    adapter: {
      ...adapter,
      open: async (context) => {
        opened.calls += 1;
        now += 1;
        opened.together = Math.max(opened.together, now);
        try {
          latest = await adapter.open(context);
          return latest;
        } finally {
          now -= 1;
        }
      },
      ...(adapter.snapshot === undefined
        ? {}
        : {
            snapshot: async (resource, context) => {
              await onSnapshot?.();
              return (await adapter.snapshot?.(resource, context)) as S;
            },
          }),
    },
    processes: () => {
      const browser = latest === undefined ? null : browserOf(latest);
      if (latest === undefined || browser === null) return null;
      return { browser, renderers: renderersOf(browser.pid), driver: driverOf(latest) };
    },
  };
}

/** All renderers below a browser, by their command line (proc(5)). */
function renderersOf(browser: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : '';
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === browser || below(parent));
  };
  return [...parents.keys()].filter(
    (pid) => read(`/proc/${pid}/cmdline`).includes('--type=renderer') && below(pid),
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended between the listing and the look.
    return '';
  }
}
