import type { SessionStats } from './session-stats.ts';

const MOST_TIMES = 1_000;

/** The counts of a session while they change. */
export type Counters = {
  -readonly [K in Exclude<keyof SessionStats, 'recoveryMs' | 'leasesOut'>]: number;
} & {
  readonly recoveryMs: number[];
};

/** Counts at nought. */
export function newCounters(): Counters {
  return {
    generation: 0,
    opens: 0,
    failedOpens: 0,
    reattaches: 0,
    losses: 0,
    viewLosses: 0,
    recoveries: 0,
    recycles: 0,
    logins: 0,
    failedLogins: 0,
    refreshes: 0,
    probes: 0,
    failedProbes: 0,
    leases: 0,
    calls: 0,
    deadlines: 0,
    staleCalls: 0,
    snapshots: 0,
    recoveryMs: [],
  };
}

/** Notes how long a recovery took, in ms. */
export function noteRecoveryTime(counters: Counters, ms: number): void {
  counters.recoveryMs.push(ms);
  if (counters.recoveryMs.length > MOST_TIMES) counters.recoveryMs.shift();
}
